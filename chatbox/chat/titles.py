"""Titles without a model: a session is named after its first message."""

import re

LONGEST = 60
_FENCE = re.compile(r"^(```|~~~)")
_MARKUP = re.compile(r"^(#{1,6}\s+|[-*+>]\s+|\d+[.)]\s+)+")
_LINK = re.compile(r"!?\[([^\]]*)\]\([^)]*\)")
_EMPHASIS = re.compile(r"(\*\*|__|`)")
_END = re.compile(r"(?<=[.!?])\s|(?<=[。！？])")


def title_of(content: str) -> str:
    """Name a session after the first sentence of its first message; empty when there is none."""
    for line in content[:4_000].splitlines():
        text = line.strip()
        if not text or _FENCE.match(text):
            continue
        text = _EMPHASIS.sub("", _LINK.sub(r"\1", _MARKUP.sub("", text)))
        text = "".join(char for char in text if char.isprintable() or char.isspace())
        if text := " ".join(text.split()):
            return _shorten(text)
    return ""


def _shorten(text: str) -> str:
    sentence = _END.split(text, maxsplit=1)[0].strip()
    if 8 <= len(sentence) <= LONGEST:
        return sentence.rstrip(".。")
    if len(text) <= LONGEST:
        return text
    cut = text[:LONGEST]
    space = cut.rfind(" ")
    return (cut[:space] if space > LONGEST // 2 else cut).rstrip(" ,;:.，；：。") + "…"
