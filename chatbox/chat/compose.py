"""Writes out the messages of a context in the order the model reads them."""

from collections.abc import Sequence

from chatbox.chat.context import Context
from chatbox.chat.model import Role
from chatbox.chat.reply import text_of
from chatbox.chat.store import messages as message_store
from chatbox.chat.store.sessions import SessionRow
from chatbox.db.database import Reader
from chatbox.llm.messages import Message, TextPart

NEW = 2**62
"""Stands for the question that has no integer id yet; newer than everything."""


async def write_messages(
    reader: Reader, session: SessionRow, context: Context, *, question: str | None
) -> tuple[Message, ...]:
    """Read the chosen messages; the question comes last, the instructions of the session first."""
    wanted = [key for key in (*context.pinned, *context.kept) if key != NEW]
    said: list[tuple[Role, str]] = []
    if wanted:
        found = await message_store.list_texts(
            reader, session.id, first=min(wanted), last=max(wanted)
        )
        rows = {row.id: row for row in found}
        said = [(rows[key].role, text_of(rows[key].parts)) for key in wanted if key in rows]
    if session.system_prompt:
        said.insert(0, ("system", session.system_prompt))
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
