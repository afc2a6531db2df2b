"""Writes out the messages of a context in the order the model reads them."""

from collections.abc import Mapping, Sequence

from chatbox.chat.context import Context
from chatbox.chat.model import Role
from chatbox.chat.reply import text_of
from chatbox.chat.store import messages as message_store
from chatbox.chat.store.messages import TextRow
from chatbox.db.database import Reader
from chatbox.llm.messages import Message, TextPart

NEW = 2**62
"""Stands for the question that has no integer id yet; newer than everything."""


def chosen(context: Context) -> list[int]:
    """The stored messages of a context, by id in the order they are read."""
    return [key for key in (*context.pinned, *context.kept) if key != NEW]


async def read_texts(reader: Reader, session_key: int, wanted: Sequence[int]) -> list[TextRow]:
    """Read messages in the order they are wanted in; those that have gone are left out."""
    found = await message_store.list_texts(reader, session_key, first=min(wanted), last=max(wanted))
    rows: Mapping[int, TextRow] = {row.id: row for row in found}
    return [rows[key] for key in wanted if key in rows]


def write_messages(
    system_prompt: str, texts: Sequence[TextRow], *, question: str | None
) -> tuple[Message, ...]:
    """Write them out; the instructions of the session come first, the question comes last."""
    said: list[tuple[Role, str]] = [(row.role, text_of(row.parts)) for row in texts]
    if system_prompt:
        said.insert(0, ("system", system_prompt))
    if question is not None:
        said.append(("user", question))
    return _join(said)


def _join(said: Sequence[tuple[Role, str]]) -> tuple[Message, ...]:
    """Join neighbours of one role: many chat templates insist that roles alternate."""
    joined: list[tuple[Role, list[str]]] = []
    for role, text in said:
        if joined and joined[-1][0] == role:
            joined[-1][1].append(text)
        else:
            joined.append((role, [text]))
    return tuple(
        Message(role=role, parts=(TextPart("\n\n".join(texts)),)) for role, texts in joined
    )
