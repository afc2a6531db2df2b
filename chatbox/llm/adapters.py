"""The adapters by the kind of provider that they speak to."""

from collections.abc import Mapping

from chatbox.llm.adapter import Adapter
from chatbox.llm.openai import OpenAIAdapter


def all_adapters() -> Mapping[str, Adapter]:
    """Make one adapter of each kind."""
    return {"openai": OpenAIAdapter()}
