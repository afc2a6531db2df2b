"""Context windows of well-known model families, for providers that do not tell.

Facts from the vendors' model pages; the first pattern found in the name decides. What the user
sets, or what a provider's refusal teaches, takes precedence.
"""

import re

_FAMILIES: tuple[tuple[str, int], ...] = (
    (r"gpt-4\.1", 1_047_576),
    (r"gpt-5", 400_000),
    (r"gpt-4o|chatgpt-4o|gpt-4-turbo", 128_000),
    (r"gpt-4-32k", 32_768),
    (r"gpt-4", 8_192),
    (r"gpt-3\.5", 16_385),
    (r"\bo[134](-mini|-pro)?\b", 200_000),
    (r"gpt-oss", 131_072),
    (r"claude", 200_000),
    (r"gemini", 1_048_576),
    (r"deepseek", 128_000),
    (r"grok-4|grok-3", 131_072),
    (r"kimi|moonshot", 131_072),
    (r"glm-4", 131_072),
    (r"mistral-(large|medium|small)|magistral|codestral|devstral", 131_072),
    (r"command-(r|a)", 128_000),
)
_PATTERNS = tuple((re.compile(pattern, re.IGNORECASE), window) for pattern, window in _FAMILIES)


def known_window(model_name: str) -> int | None:
    """The window of a hosted model by its name, or None; in tokens."""
    for pattern, window in _PATTERNS:
        if pattern.search(model_name):
            return window
    return None
