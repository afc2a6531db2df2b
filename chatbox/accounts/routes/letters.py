"""HTTP: asking for links by mail, and confirming an e-mail address with one."""

from typing import Annotated

from litestar import Controller, Response, post
from litestar.di import NamedDependency
from litestar.params import HeaderParameter, JSONBody

from chatbox.accounts.letter_texts import language_of
from chatbox.accounts.letters import Letters
from chatbox.accounts.model import EmailChange, LinkToken, RegistrationRequest, ResetRequest
from chatbox.accounts.visit import Visit
from chatbox.caller import Caller
from chatbox.rights import Action

Accepted = Annotated[
    str | None,
    HeaderParameter(
        name="Accept-Language",
        max_length=200,
        description="The language of the letter, where the account has chosen none",
    ),
]


class LetterRoutes(Controller):
    """Links by mail."""

    path = "/api/v1/auth"
    tags = ["Accounts"]
    opt = {"action": Action.OPEN}

    @post(
        "/reset-request",
        status_code=202,
        summary="Ask for a new password by mail",
        description="Always answered alike: who asks does not learn whether there is such an "
        "account, whether it has an e-mail address, or whether a letter was sent.",
    )
    async def ask_reset(
        self,
        letters: NamedDependency[Letters],
        visit: NamedDependency[Visit],
        data: JSONBody[ResetRequest],
        accept_language: Accepted = None,
    ) -> None:
        letters.ask_reset(data.username, visit, language_of(accept_language))

    @post(
        "/register-request",
        status_code=202,
        summary="Ask for an account by mail",
        description="Where registration is open for certain domains, a link goes to an address of "
        "theirs. Always answered alike.",
    )
    async def ask_registration(
        self,
        letters: NamedDependency[Letters],
        visit: NamedDependency[Visit],
        data: JSONBody[RegistrationRequest],
        accept_language: Accepted = None,
    ) -> None:
        letters.ask_registration(data.email, visit, language_of(accept_language))

    @post(
        "/email",
        status_code=202,
        opt={"action": Action.SECURE},
        summary="Change one's e-mail address",
        description="A link goes to the new address, which is taken when the link is used: 202. "
        "Without a mail server it is taken as it is: 204.",
    )
    async def change_email(
        self,
        caller: NamedDependency[Caller],
        letters: NamedDependency[Letters],
        data: JSONBody[EmailChange],
        accept_language: Accepted = None,
    ) -> Response[None]:
        waits = await letters.change_email(caller, data.email, language_of(accept_language))
        return Response(None, status_code=202 if waits else 204)

    @post(
        "/links/use",
        status_code=204,
        summary="Confirm an e-mail address",
        description="With the link that was mailed to it.",
    )
    async def use_link(
        self,
        letters: NamedDependency[Letters],
        visit: NamedDependency[Visit],
        data: JSONBody[LinkToken],
    ) -> None:
        await letters.use_link(data.token, visit)
