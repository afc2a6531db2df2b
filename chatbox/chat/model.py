"""What the chat API takes and gives; times are RFC 3339 text, ids UUID text."""

from typing import Annotated, Literal

import msgspec
from msgspec import UNSET, Meta, UnsetType

from chatbox.llm.adapter import Params
from chatbox.llm.messages import Part

Title = Annotated[
    str,
    Meta(
        min_length=1, max_length=200, description="What the session is called", examples=["Ideas"]
    ),
]
ModelName = Annotated[
    str,
    Meta(
        min_length=1,
        max_length=400,
        description="A model as `provider/model`",
        examples=["OpenAI/gpt-4.1-mini"],
    ),
]
SystemPrompt = Annotated[
    str,
    Meta(
        max_length=200_000,
        description="Instructions sent before every context",
        examples=["Answer briefly."],
    ),
]
Content = Annotated[
    str,
    Meta(min_length=1, description="What the user says, as Markdown text", examples=["Say hello."]),
]
Id = Annotated[str, Meta(min_length=36, max_length=36, description="A UUID in lower-case text")]
ParentId = Annotated[
    Id,
    Meta(
        description="The message to answer below; absent: the newest one, null: a new first message"
    ),
]
Role = Literal["system", "user", "assistant", "tool"]
Status = Literal["pending", "done", "stopped", "failed", "interrupted"]
TurnStatus = Literal["running", "done", "stopped", "failed", "interrupted"]


class Session(msgspec.Struct, frozen=True, gc=False):
    """One conversation."""

    id: Annotated[str, Meta(description="A UUID in lower-case text")]
    title: Annotated[
        str, Meta(description="What the session is called; empty until it has a message")
    ]
    model: Annotated[
        str | None,
        Meta(description="The model that replies, as `provider/model`; null: the default one"),
    ]
    system_prompt: Annotated[str, Meta(description="Instructions sent before every context")]
    params: Annotated[Params, Meta(description="How replies are written")]
    pinned: Annotated[bool, Meta(description="Listed first")]
    archived: Annotated[bool, Meta(description="Left out of the usual list")]
    version: Annotated[int, Meta(description="Grows with every change; goes into If-Match")]
    message_count: Annotated[int, Meta(description="Messages on all branches")]
    running_turn_id: Annotated[str | None, Meta(description="The turn being written, if any")]
    created_at: Annotated[str, Meta(description="When it was made, RFC 3339 in UTC")]
    updated_at: Annotated[str, Meta(description="When anything about it changed last")]
    last_message_at: Annotated[str | None, Meta(description="When its newest message was written")]


class SessionPage(msgspec.Struct, frozen=True):
    """A page of sessions."""

    items: Annotated[list[Session], Meta(description="The sessions")]
    next_cursor: Annotated[
        str | None, Meta(description="The `cursor` of the next page; null on the last one")
    ]


class NewSession(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A session to create; everything is optional."""

    id: Annotated[Id | None, Meta(description="A client-made id, so that no reply is awaited")] = (
        None
    )
    title: Title | None = None
    model: ModelName | None = None
    system_prompt: SystemPrompt = ""
    params: Annotated[Params, Meta(description="How replies are written")] = Params()


class SessionChange(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What to change in a session; absent fields stay."""

    title: Title | UnsetType = UNSET
    model: ModelName | None | UnsetType = UNSET
    system_prompt: SystemPrompt | UnsetType = UNSET
    params: (
        Annotated[Params, Meta(description="How replies are written; replaces all of them")]
        | UnsetType
    ) = UNSET
    pinned: Annotated[bool, Meta(description="List it first")] | UnsetType = UNSET
    archived: Annotated[bool, Meta(description="Leave it out of the usual list")] | UnsetType = (
        UNSET
    )
    active_message_id: (
        Annotated[Id, Meta(description="Switch to the branch that this message is on")] | UnsetType
    ) = UNSET


class Usage(msgspec.Struct, frozen=True):
    """What one model call took, in tokens; `cost` is null when the price is not known."""

    input_tokens: Annotated[int, Meta(description="Tokens of the context")]
    output_tokens: Annotated[int, Meta(description="Tokens of the reply")]
    cached_tokens: Annotated[int, Meta(description="Input tokens that the provider had cached")] = 0
    reasoning_tokens: Annotated[int, Meta(description="Output tokens spent on thinking")] = 0
    cost: Annotated[float | None, Meta(description="In US dollars")] = None
    estimated: Annotated[bool, Meta(description="Counted here, not told by the provider")] = False


class ContextAccount(msgspec.Struct, frozen=True):
    """What was sent to the model in one turn, in (estimated) tokens."""

    used: Annotated[int, Meta(description="Tokens that were sent")]
    window: Annotated[int, Meta(description="Tokens that the model can take in all")]
    budget: Annotated[int, Meta(description="Tokens that may be sent")]
    dropped: Annotated[int, Meta(description="Messages of the branch that were left out")]
    kept: Annotated[int, Meta(description="Messages of the branch that were sent")]
    system_tokens: Annotated[int, Meta(description="Tokens of the instructions")]
    history_tokens: Annotated[int, Meta(description="Tokens of the messages")]
    reserve: Annotated[int, Meta(description="Tokens kept free for the reply")]
    ratio: Annotated[float, Meta(description="Learned correction of the token count")] = 1.0
    estimated: Annotated[bool, Meta(description="True: counted here, not by the provider")] = True


class Failure(msgspec.Struct, frozen=True):
    """Why a reply is not complete."""

    code: Annotated[str, Meta(description="A stable code, listed in the error reference")]
    detail: Annotated[str, Meta(description="A sentence for people")]
    retryable: Annotated[bool, Meta(description="Trying again may help")]


class Message(msgspec.Struct, frozen=True):
    """One entry of a session; messages form a tree by `parent_id`."""

    id: Annotated[str, Meta(description="A UUID in lower-case text")]
    session_id: Annotated[str, Meta(description="The session it is in")]
    parent_id: Annotated[
        str | None, Meta(description="The message before it; null at the beginning")
    ]
    role: Annotated[Role, Meta(description="Who speaks")]
    text: Annotated[str, Meta(description="All text parts joined")]
    parts: Annotated[list[Part], Meta(description="What it is made of, in order")]
    status: Annotated[
        Status, Meta(description="How far it is; `pending` while it is being written")
    ]
    model: Annotated[str | None, Meta(description="The model that wrote it")]
    finish_reason: Annotated[
        str | None,
        Meta(description="Why the reply ended: the provider's reason, or the status of its turn"),
    ]
    usage: Annotated[Usage | None, Meta(description="What the reply took")]
    context: Annotated[ContextAccount | None, Meta(description="What was sent to the model for it")]
    error: Annotated[Failure | None, Meta(description="Why it is not complete")]
    turn_id: Annotated[str | None, Meta(description="The newest turn that wrote this message")]
    sibling_ids: Annotated[list[str], Meta(description="All versions of this message, in order")]
    pinned: Annotated[bool, Meta(description="Always part of the context")]
    edited: Annotated[bool, Meta(description="Written by hand in place of another version")]
    created_at: Annotated[str, Meta(description="When it was made, RFC 3339 in UTC")]
    finished_at: Annotated[str | None, Meta(description="When it was complete")]


class MessagePage(msgspec.Struct, frozen=True):
    """A page of the active branch, oldest first."""

    items: Annotated[list[Message], Meta(description="The messages")]
    next_cursor: Annotated[
        str | None, Meta(description="The `cursor` of the next page; null on the last one")
    ]


class MessageChange(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What to change in a message; new text makes a sibling and never overwrites."""

    text: Content | UnsetType = UNSET
    pinned: (
        Annotated[bool, Meta(description="Keep it in the context when old messages are dropped")]
        | UnsetType
    ) = UNSET


class Send(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A message to send in a session."""

    content: Content
    model: ModelName | None = None
    parent_id: ParentId | None | UnsetType = UNSET
    params: Annotated[
        Params | None, Meta(description="How to reply; replaces single ones of the session's")
    ] = None
    message_id: Annotated[Id | None, Meta(description="A client-made id of the message")] = None


class Chat(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A message to send; without `session_id` a session is made."""

    content: Content
    session_id: Annotated[
        Id | None, Meta(description="The session to go on with; absent: a new one")
    ] = None
    model: ModelName | None = None
    parent_id: ParentId | None | UnsetType = UNSET
    params: Annotated[
        Params | None, Meta(description="How to reply; replaces single ones of the session's")
    ] = None
    system_prompt: SystemPrompt | None = None


class Again(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How to regenerate a reply; absent means as before."""

    model: ModelName | None = None
    params: Annotated[Params | None, Meta(description="How to reply this time")] = None


class Turn(msgspec.Struct, frozen=True):
    """A user message and everything done about it."""

    id: Annotated[str, Meta(description="A UUID in lower-case text")]
    session_id: Annotated[str, Meta(description="The session it is in")]
    reply_id: Annotated[str, Meta(description="The message that it writes")]
    user_message_id: Annotated[str | None, Meta(description="The message that it answers")]
    model: Annotated[str, Meta(description="The model that writes, as `provider/model`")]
    status: Annotated[TurnStatus, Meta(description="How far it is")]
    started_at: Annotated[str, Meta(description="When it began, RFC 3339 in UTC")]
    ended_at: Annotated[str | None, Meta(description="When it ended")]
    last_event_id: Annotated[int, Meta(description="The number of the newest event")]


class Started(msgspec.Struct, frozen=True):
    """A turn that has begun; its events follow on the event stream."""

    turn: Annotated[Turn, Meta(description="The turn, for following and stopping it")]
    session: Annotated[Session, Meta(description="The session as it is now")]
    user_message: Annotated[Message | None, Meta(description="The message that was sent, if any")]
    reply: Annotated[Message, Meta(description="The reply, empty or as far as it had come")]


class Answer(msgspec.Struct, frozen=True):
    """A turn that has ended, and its reply."""

    session_id: Annotated[str, Meta(description="The session, to go on with")]
    turn: Annotated[Turn, Meta(description="The turn that has ended")]
    message: Annotated[Message, Meta(description="The reply")]
