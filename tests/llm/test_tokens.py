"""Counting: right for plain text, bounded for hostile text, never in the way of the loop."""

import asyncio
import base64
import gzip
import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from chatbox.llm import tokens
from chatbox.llm.tokens import EncodingName, TokenCounter, count, encoding_for, estimate

MILLION = 1_000_000
HOSTILE = {
    "one letter": "a" * MILLION,
    "spaces": " " * MILLION + "x",
    "tabs": "\t" * MILLION,
    "newlines": "\n" * MILLION,
    "carets": "^" * MILLION,
    "emoji": "😀" * (MILLION // 4),
    "chinese": "中文字符" * (MILLION // 12),
    "base64": base64.b64encode(random.Random(1).randbytes(MILLION * 3 // 4)).decode(),
    "lone surrogates": "\ud800x" * 1_000,
}


@pytest.fixture
def counter() -> Iterator[TokenCounter]:
    """A counter of its own."""
    counter = TokenCounter()
    yield counter
    counter.close()


@pytest.mark.parametrize(
    ("text", "cl100k", "o200k"),
    [
        ("", 0, 0),
        ("hello world", 2, 2),
        ("tiktoken is great!", 6, 6),
        ("お誕生日おめでとう", 9, 8),
        ("<|endoftext|>", 7, 7),
        ("2 + 2 = 4", 7, 7),
    ],
)
def test_counts_are_those_of_tiktoken(text: str, cl100k: int, o200k: int) -> None:
    assert count(text, "cl100k_base") == cl100k
    assert count(text, "o200k_base") == o200k


@pytest.mark.parametrize("encoding", ["cl100k_base", "o200k_base"])
@pytest.mark.parametrize("name", HOSTILE)
async def test_hostile_text_neither_panics_nor_blocks(
    counter: TokenCounter, name: str, encoding: EncodingName
) -> None:
    await counter.count("warm", encoding)
    counting = asyncio.ensure_future(counter.count(HOSTILE[name], encoding))
    turns = 0
    while not counting.done():
        await asyncio.sleep(0.001)
        turns += 1
    assert counting.result() > 0
    assert turns >= 3 or len(HOSTILE[name]) < MILLION // 100  # the loop went on meanwhile


def test_what_is_beyond_a_million_characters_is_estimated() -> None:
    text = "word " * 400_000
    assert count(text, "cl100k_base") == pytest.approx(400_000, rel=0.2)


@pytest.mark.parametrize(
    ("model", "encoding"),
    [
        ("gpt-4o-mini", "o200k_base"),
        ("openai/gpt-4o", "o200k_base"),
        ("gpt-4.1-nano", "o200k_base"),
        ("gpt-5", "o200k_base"),
        ("o3-mini", "o200k_base"),
        ("gpt-oss:20b", "o200k_base"),
        ("gpt-4-turbo", "cl100k_base"),
        ("gpt-3.5-turbo", "cl100k_base"),
        ("olmo-2", "cl100k_base"),
        ("llama-3.3-70b", "cl100k_base"),
        ("", "cl100k_base"),
    ],
)
def test_a_model_has_an_encoding(model: str, encoding: EncodingName) -> None:
    assert encoding_for(model) == encoding


@pytest.mark.parametrize("content", [None, b"", b"no gzip", gzip.compress(b"no table", mtime=0)])
def test_without_its_table_the_count_is_an_estimate(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, content: bytes | None
) -> None:
    if content is not None:
        (tmp_path / "cl100k_base.tiktoken.gz").write_bytes(content)
    monkeypatch.setattr(tokens, "FOLDER", tmp_path)
    monkeypatch.setattr(tokens, "_loaded", {})
    assert count("x" * 400, "cl100k_base") == 100


def test_a_panic_in_the_tokenizer_becomes_an_estimate(monkeypatch: pytest.MonkeyPatch) -> None:
    class PanicException(BaseException):
        """pyo3's has this name and this base."""

    class Panicking:
        def encode_ordinary(self, text: str, /) -> list[int]:
            raise PanicException

    monkeypatch.setattr(tokens, "_loaded", {"cl100k_base": Panicking()})
    assert count("x" * 400, "cl100k_base") == 100


async def test_many_short_texts_are_counted_off_the_loop(counter: TokenCounter) -> None:
    await counter.count("warm", "cl100k_base")
    texts = {key: "hello world " * 90 for key in range(2_000)}
    counting = asyncio.ensure_future(counter.count_all(texts, "cl100k_base"))
    await asyncio.sleep(0)
    assert not counting.done()
    one = count(texts[0], "cl100k_base")
    assert await counting == dict.fromkeys(texts, one)


async def test_many_counts_at_once_load_once(
    counter: TokenCounter, monkeypatch: pytest.MonkeyPatch
) -> None:
    built: list[str] = []
    build = tokens._build

    def building(name: EncodingName) -> tokens._Core:
        built.append(name)
        return build(name)

    monkeypatch.setattr(tokens, "_loaded", {})
    monkeypatch.setattr(tokens, "_build", building)
    found = await asyncio.gather(*(counter.count("hello world", "cl100k_base") for _ in range(9)))
    assert found == [2] * 9
    assert built == ["cl100k_base"]


def test_an_estimate_is_a_quarter_of_the_bytes() -> None:
    assert estimate("") == 0
    assert estimate("abcd") == 1
    assert estimate("中文") == 2
