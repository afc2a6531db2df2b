"""What the letters say, in English and in Chinese.

Nothing that a stranger wrote goes into a letter to somebody else: user names have no room for more
than a name.
"""

from typing import Literal

import msgspec

Language = Literal["en", "zh-Hans"]
LetterKind = Literal["reset", "invitation", "email", "email_changed"]


class Text(msgspec.Struct, frozen=True):
    """A letter; `{site}`, `{base}`, `{url}`, `{until}` and `{username}` are filled in."""

    subject: str
    body: str


TEXTS: dict[Language, dict[LetterKind, Text]] = {
    "en": {
        "reset": Text(
            "{site}: choose a new password",
            """\
Hello,

somebody, probably you, has asked for a new password for the account "{username}" at {site},
{base}. Choose it here:

{url}

The link works once, until {until} UTC. If you have not asked for it, do nothing: the password
stays as it is.
""",
        ),
        "invitation": Text(
            "{site}: make your account",
            """\
Hello,

somebody, probably you, wants to make an account with this e-mail address at {site}, {base}.
Make it here:

{url}

The link works once, until {until} UTC. If it was not you, do nothing: no account is made.
""",
        ),
        "email": Text(
            "{site}: confirm your e-mail address",
            """\
Hello,

this is to become the e-mail address of the account "{username}" at {site}, {base}.
Confirm it here:

{url}

The link works once, until {until} UTC. If the account is not yours, do nothing.
""",
        ),
        "email_changed": Text(
            "{site}: your e-mail address was changed",
            """\
Hello,

the account "{username}" at {site}, {base}, has another e-mail address now. This is the last
letter to this one. If it was not you, tell an administrator of the server.
""",
        ),
    },
    "zh-Hans": {
        "reset": Text(
            "{site}：设置新密码",
            """\
你好：

有人（可能是你本人）请求为 {site}（{base}）的账号“{username}”设置新密码。请打开以下链接：

{url}

链接只能使用一次，有效期至 {until}（UTC）。如果不是你本人的操作，请忽略此邮件，密码不会改变。
""",
        ),
        "invitation": Text(
            "{site}：创建账号",
            """\
你好：

有人（可能是你本人）希望用此邮箱地址在 {site}（{base}）创建账号。请打开以下链接：

{url}

链接只能使用一次，有效期至 {until}（UTC）。如果不是你本人的操作，请忽略此邮件，不会创建任何账号。
""",
        ),
        "email": Text(
            "{site}：确认邮箱地址",
            """\
你好：

此邮箱地址将用于 {site}（{base}）的账号“{username}”。请打开以下链接确认：

{url}

链接只能使用一次，有效期至 {until}（UTC）。如果这不是你的账号，请忽略此邮件。
""",
        ),
        "email_changed": Text(
            "{site}：邮箱地址已更改",
            """\
你好：

{site}（{base}）的账号“{username}”已改用另一个邮箱地址，此地址不会再收到邮件。如果不是你本人的操作，请联系服务器管理员。
""",
        ),
    },
}


def language_of(accepted: str | None) -> Language:
    """The first of our languages that an `Accept-Language` header names, whatever its weights."""
    for part in (accepted or "").lower().split(","):
        tag = part.partition(";")[0].strip()
        if tag.partition("-")[0] == "zh":
            return "zh-Hans"
        if tag.partition("-")[0] == "en":
            return "en"
    return "en"
