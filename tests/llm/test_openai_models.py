"""Lists of models in the shapes that servers send."""

import json

import pytest

from chatbox.llm.adapter import OfferedModel
from chatbox.llm.errors import AnswerUnreadable
from chatbox.llm.openai_models import MAX_MODELS, decode_models


@pytest.mark.parametrize(
    ("entry", "model"),
    [
        ({"id": "gpt-4o", "object": "model"}, OfferedModel("gpt-4o")),
        ({"id": "q", "max_model_len": 4096}, OfferedModel("q", 4096)),
        ({"id": "g", "context_window": 131072, "max_completion_tokens": 8192},
         OfferedModel("g", 131072, 8192)),
        ({"id": "l", "meta": {"n_ctx": 4096, "n_ctx_train": 8192}}, OfferedModel("l", 4096)),
        ({"id": "l", "meta": {"n_ctx_train": 8192}}, OfferedModel("l", 8192)),
        ({"id": "o/r", "context_length": 200000, "top_provider": {"max_completion_tokens": 64000},
          "architecture": {"input_modalities": ["text", "image"]},
          "supported_parameters": ["tools", "reasoning", "seed"]},
         OfferedModel("o/r", 200000, 64000, ("reasoning", "tools", "vision"))),
        ({"id": "s", "type": "vlm", "loaded_context_length": 4096, "max_context_length": 32768,
          "capabilities": ["tool_use"]}, OfferedModel("s", 4096, None, ("tools", "vision"))),
        ({"id": "m", "capabilities": {"vision": True, "function_calling": False}},
         OfferedModel("m", None, None, ("vision",))),
        ({"name": "llama3:latest", "model": "llama3:latest"}, OfferedModel("llama3:latest")),
        ({"id": "x", "context_length": -5, "max_output_tokens": "many"}, OfferedModel("x")),
        ({"id": "e", "type": "embeddings"}, None),
        ({"id": 5}, None),
        ({"id": "a\nb"}, None),
        ({"id": "x" * 300}, None),
        ("text", None),
    ],
)  # fmt: skip
def test_models_are_read_in_every_shape(entry: object, model: OfferedModel | None) -> None:
    expected = () if model is None else (model,)
    for listing in ({"data": [entry]}, {"models": [entry]}, [entry], {"data": [entry, entry]}):
        assert decode_models(json.dumps(listing).encode()) == expected


def test_a_list_of_models_is_capped() -> None:
    listing = {"data": [{"id": f"m{n}"} for n in range(MAX_MODELS + 10)]}
    assert len(decode_models(json.dumps(listing).encode())) == MAX_MODELS


@pytest.mark.parametrize("body", [b"", b"<html>", b"{}", b'{"data":5}', b"5", b"\xff"])
def test_what_is_no_list_of_models(body: bytes) -> None:
    with pytest.raises(AnswerUnreadable):
        decode_models(body)


def test_a_mark_of_byte_order_before_the_list_is_passed_over() -> None:
    assert decode_models(b'\xef\xbb\xbf{"data":[{"id":"a"}]}') == (OfferedModel("a"),)
