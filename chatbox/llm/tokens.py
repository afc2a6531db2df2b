"""Counts tokens the way OpenAI's models do; for every other model it is a fair estimate.

The tables come from `scripts/encodings.py`, the patterns and special tokens from tiktoken's
`openai_public`. tiktoken's core is built directly, which saves a third of the memory and the
imports of `regex` and `requests`.
"""

import asyncio
import base64
import gzip
import logging
import re
import threading
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Literal, NamedTuple, Protocol

from tiktoken._tiktoken import CoreBPE  # type: ignore[import-not-found]

from chatbox.kit.memory import give_back

EncodingName = Literal["cl100k_base", "o200k_base"]

FOLDER = Path(__file__).parent / "encodings"
SLICE = 8_192  # characters; longer runs of one kind make the regex overflow, or very slow
SHORT = 8_192  # characters that may be counted on the event loop at once
EXACT = 1_000_000  # characters; what is beyond is estimated

logger = logging.getLogger(__name__)


class _Core(Protocol):
    def encode_ordinary(self, text: str, /) -> list[int]: ...


class _Recipe(NamedTuple):
    pattern: str
    special: dict[str, int]


_CONTRACTION = r"(?i:'s|'t|'re|'ve|'m|'ll|'d)?"
_UPPER = r"[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]"
_LOWER = r"[\p{Ll}\p{Lm}\p{Lo}\p{M}]"
_RECIPES: dict[EncodingName, _Recipe] = {
    "cl100k_base": _Recipe(
        r"'(?i:[sdmt]|ll|ve|re)|[^\r\n\p{L}\p{N}]?+\p{L}++|\p{N}{1,3}+| ?[^\s\p{L}\p{N}]++[\r\n]*+"
        r"|\s++$|\s*[\r\n]|\s+(?!\S)|\s",
        {
            "<|endoftext|>": 100_257,
            "<|fim_prefix|>": 100_258,
            "<|fim_middle|>": 100_259,
            "<|fim_suffix|>": 100_260,
            "<|endofprompt|>": 100_276,
        },
    ),
    "o200k_base": _Recipe(
        rf"[^\r\n\p{{L}}\p{{N}}]?{_UPPER}*{_LOWER}+{_CONTRACTION}"
        rf"|[^\r\n\p{{L}}\p{{N}}]?{_UPPER}+{_LOWER}*{_CONTRACTION}"
        r"|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+",
        {"<|endoftext|>": 199_999, "<|endofprompt|>": 200_018},
    ),
}
_O200K = re.compile(r"(?:chatgpt-4o|gpt-4o|gpt-4\.[15]|gpt-[5-9]|gpt-oss|o[1-9])(?:$|[-.:@])")

_loading = threading.Lock()
_loaded: dict[EncodingName, _Core | None] = {}  # None: its table cannot be read


def encoding_for(model_name: str) -> EncodingName:
    """Name the encoding of a model; unknown ones get cl100k, the smaller in memory."""
    return "o200k_base" if _O200K.match(model_name.lower().rpartition("/")[2]) else "cl100k_base"


def is_loaded(encoding: EncodingName) -> bool:
    """Tell whether counting may begin without reading the table first (0.15 to 0.4 s)."""
    return encoding in _loaded


def count(text: str, encoding: EncodingName) -> int:
    """Count the tokens of a text; special tokens in it count as the plain text they are."""
    if encoding not in _loaded:
        _load(encoding)
    core = _loaded[encoding]
    if core is None:
        return estimate(text)
    exact = text[:EXACT]
    pieces = (exact[start : start + SLICE] for start in range(0, len(exact), SLICE))
    return sum(_count_piece(core, piece) for piece in pieces) + estimate(text[EXACT:])


def estimate(text: str) -> int:
    """Guess without a table: a token is about four bytes."""
    return (len(text.encode("utf-8", "replace")) + 3) // 4


class TokenCounter:
    """Counts without holding up the event loop: long texts and first loads go to one thread."""

    def __init__(self) -> None:
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="tokens")

    async def count(self, text: str, encoding: EncodingName) -> int:
        """Count the tokens of a text."""
        return (await self.count_all({0: text}, encoding))[0]

    async def count_all(self, texts: Mapping[int, str], encoding: EncodingName) -> dict[int, int]:
        """Count several texts, under the keys that they have."""
        if is_loaded(encoding) and sum(map(len, texts.values())) <= SHORT:
            return _count_all(texts, encoding)
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._thread, _count_all, texts, encoding)

    def close(self) -> None:
        """Let the thread go; counts that have not begun are dropped."""
        self._thread.shutdown(wait=False, cancel_futures=True)


def _count_all(texts: Mapping[int, str], encoding: EncodingName) -> dict[int, int]:
    return {key: count(text, encoding) for key, text in texts.items()}


def _count_piece(core: _Core, piece: str) -> int:
    try:
        return len(core.encode_ordinary(piece))
    except UnicodeEncodeError:  # a lone surrogate
        return len(core.encode_ordinary(piece.encode("utf-8", "replace").decode()))
    except BaseException as exc:
        if type(exc).__name__ != "PanicException":  # pyo3's, and not an Exception
            raise
        return estimate(piece)


def _load(encoding: EncodingName) -> None:
    with _loading:
        if encoding in _loaded:
            return
        try:
            _loaded[encoding] = _build(encoding)
        except (OSError, EOFError, ValueError):
            logger.warning("token table cannot be read: counts are estimated", exc_info=True)
            _loaded[encoding] = None
    give_back()


def _build(encoding: EncodingName) -> _Core:
    table = gzip.decompress((FOLDER / f"{encoding}.tiktoken.gz").read_bytes())
    ranks = {
        base64.b64decode(token): int(rank)
        for token, rank in (line.split() for line in table.splitlines() if line)
    }
    recipe = _RECIPES[encoding]
    core: _Core = CoreBPE(ranks, recipe.special, recipe.pattern)
    return core
