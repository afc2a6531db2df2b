"""A session is named after its first message, without asking a model."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chatbox.chat.titles import LONGEST, title_of

TITLES = {
    "What is a cat? Tell me more.": "What is a cat?",
    "Explain quantum tunnelling.": "Explain quantum tunnelling",
    "# A heading\n\nand text": "A heading",
    "- **bold** item with `code`": "bold item with code",
    "1. first thing to do": "first thing to do",
    "> quoted words here": "quoted words here",
    "See [the docs](https://x.test/y) please": "See the docs please",
    "![a picture](x.png) of my cat": "a picture of my cat",
    "```python\nprint('hello world')\n```": "print('hello world')",
    "\n\n   spaced    out   words  ": "spaced out words",
    "请解释一下量子隧穿效应。谢谢": "请解释一下量子隧穿效应",
    "Hi": "Hi",
    "tab\tand\x00nul\u200b here": "tab andnul here",
    "": "",
    "```": "",
}


@pytest.mark.parametrize("content", TITLES)
def test_titles_are_plain_words(content: str) -> None:
    assert title_of(content) == TITLES[content]


def test_long_first_lines_are_cut_between_words() -> None:
    title = title_of("word " * 60)
    assert title.endswith("word…")
    assert len(title) <= LONGEST + 1
    assert len(title_of("x" * 500)) == LONGEST + 1


@given(st.text(max_size=300))
def test_any_text_gives_one_short_printable_line(content: str) -> None:
    title = title_of(content)
    assert len(title) <= LONGEST + 1
    assert title.isprintable()
    assert title == title.strip()
