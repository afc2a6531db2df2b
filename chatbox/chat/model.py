"""What the chat API takes and gives; times are RFC 3339 text, ids UUID text."""

from typing import Annotated, Literal

import msgspec
from msgspec import UNSET, Meta, UnsetType

from chatbox.llm.adapter import Params
from chatbox.llm.messages import Part

Title = Annotated[str, Meta(min_length=1, max_length=200, description="What the session is called")]
ModelName = Annotated[
    str, Meta(min_length=1, max_length=400, description="A model as `provider/model`")
]
SystemPrompt = Annotated[
    str, Meta(max_length=200_000, description="Instructions sent before every context")
]
Content = Annotated[str, Meta(min_length=1, description="What the user says, as Markdown text")]
Id = Annotated[str, Meta(min_length=36, max_length=36, description="A UUID in lower-case text")]
Role = Literal["system", "user", "assistant", "tool"]
Status = Literal["pending", "done", "stopped", "failed", "interrupted"]
TurnStatus = Literal["running", "done", "stopped", "failed", "interrupted"]


class Session(msgspec.Struct, frozen=True):
    """One conversation."""

    id: str
    title: str
    model: str | None
    system_prompt: str
    params: Params
    pinned: bool
    archived: bool
    version: Annotated[int, Meta(description="Grows with every change; goes into If-Match")]
    message_count: int
    running_turn_id: Annotated[str | None, Meta(description="The turn being written, if any")]
    created_at: str
    updated_at: str
    last_message_at: str | None


class SessionPage(msgspec.Struct, frozen=True):
    """A page of sessions."""

    items: list[Session]
    next_cursor: str | None


class NewSession(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A session to create; everything is optional."""

    id: Annotated[Id | None, Meta(description="A client-made id, so that no reply is awaited")] = (
        None
    )
    title: Title | None = None
    model: ModelName | None = None
    system_prompt: SystemPrompt = ""
    params: Params = Params()


class SessionChange(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What to change in a session; absent fields stay."""

    title: Title | UnsetType = UNSET
    model: ModelName | None | UnsetType = UNSET
    system_prompt: SystemPrompt | UnsetType = UNSET
    params: Params | UnsetType = UNSET
    pinned: bool | UnsetType = UNSET
    archived: bool | UnsetType = UNSET
    active_message_id: Annotated[
        Id | UnsetType, Meta(description="Switch to the branch that this message is on")
    ] = UNSET


class Usage(msgspec.Struct, frozen=True):
    """What one model call took, in tokens; `cost` is null when the price is not known."""

    input_tokens: int
    output_tokens: int
    cached_tokens: int = 0
    reasoning_tokens: int = 0
    cost: float | None = None
    estimated: Annotated[bool, Meta(description="Counted here, not told by the provider")] = False


class ContextAccount(msgspec.Struct, frozen=True):
    """What was sent to the model in one turn, in (estimated) tokens."""

    used: int
    window: int
    budget: int
    dropped: Annotated[int, Meta(description="Messages of the branch that were left out")]
    kept: Annotated[int, Meta(description="Messages of the branch that were sent")]
    system_tokens: int
    history_tokens: int
    reserve: Annotated[int, Meta(description="Tokens kept free for the reply")]
    ratio: Annotated[float, Meta(description="Learned correction of the token count")] = 1.0
    estimated: bool = True


class Failure(msgspec.Struct, frozen=True):
    """Why a reply is not complete."""

    code: str
    detail: str
    retryable: bool


class Message(msgspec.Struct, frozen=True):
    """One entry of a session; messages form a tree by `parent_id`."""

    id: str
    session_id: str
    parent_id: str | None
    role: Role
    text: Annotated[str, Meta(description="All text parts joined")]
    parts: list[Part]
    status: Status
    model: str | None
    finish_reason: str | None
    usage: Usage | None
    context: ContextAccount | None
    error: Failure | None
    turn_id: Annotated[str | None, Meta(description="The newest turn that wrote this message")]
    sibling_ids: Annotated[list[str], Meta(description="All versions of this message, in order")]
    pinned: bool
    edited: bool
    created_at: str
    finished_at: str | None


class MessagePage(msgspec.Struct, frozen=True):
    """A page of the active branch, oldest first."""

    items: list[Message]
    next_cursor: str | None


class MessageChange(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What to change in a message; new text makes a sibling and never overwrites."""

    text: Content | UnsetType = UNSET
    pinned: bool | UnsetType = UNSET


class Send(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A message to send in a session."""

    content: Content
    model: ModelName | None = None
    parent_id: Annotated[
        Id | None | UnsetType,
        Meta(description="Absent: the newest message. Null: a new first message"),
    ] = UNSET
    params: Params | None = None
    message_id: Annotated[Id | None, Meta(description="A client-made id of the message")] = None


class Chat(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A message to send; without `session_id` a session is made."""

    content: Content
    session_id: Id | None = None
    model: ModelName | None = None
    parent_id: Id | None | UnsetType = UNSET
    params: Params | None = None
    system_prompt: SystemPrompt | None = None


class Again(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How to regenerate a reply; absent means as before."""

    model: ModelName | None = None
    params: Params | None = None


class Turn(msgspec.Struct, frozen=True):
    """A user message and everything done about it."""

    id: str
    session_id: str
    reply_id: str
    user_message_id: str | None
    model: str
    status: TurnStatus
    started_at: str
    ended_at: str | None
    last_event_id: Annotated[int, Meta(description="The number of the newest event")]


class Started(msgspec.Struct, frozen=True):
    """A turn that has begun; its events follow on the event stream."""

    turn: Turn
    session: Session
    user_message: Message | None
    reply: Message


class Answer(msgspec.Struct, frozen=True):
    """A turn that has ended, and its reply."""

    session_id: str
    turn: Turn
    message: Message
