"""Who may do what: one table of actions, and the one function that decides.

Every route names its action; what names none is refused. Whose object something is, the stores
decide by the user id in every query, so that "not yours" cannot be told from "does not exist".
"""

from enum import Enum

from chatbox.caller import Caller, Role
from chatbox.errors import EnrolmentRequired, Forbidden, NotFound, StepUpRequired
from chatbox.kit.clock import now_ms

STEP_UP_MS = 5 * 60_000
RANK: dict[Role, int] = {"viewer": 1, "user": 2, "admin": 3, "owner": 4}


class Action(Enum):
    """What can be done: the least role that may, and whether a fresh proof is asked for."""

    OPEN = ("open", None, False)  # needs nobody
    ACCOUNT = ("account", "viewer", False)  # one's own account: all that must-enrol callers may
    SECURE = ("secure", "viewer", True)  # changes how one signs in, or takes one's data out
    READ = ("read", "viewer", False)
    CHAT = ("chat", "user", False)  # writes, and spends
    CONNECT = ("connect", "user", False)  # providers and models of one's own
    OPERATE = ("operate", "admin", False)  # sees how the server does, people, settings, audit
    MANAGE = ("manage", "admin", False)  # invites and changes people, shares models, settings
    GUARD = ("guard", "admin", True)  # takes over accounts or takes everybody's data out
    OWN = ("own", "owner", True)  # the mode of the server, and who owns it

    def __init__(self, label: str, role: Role | None, is_fresh: bool) -> None:
        self.label = label
        self.role = role
        self.is_fresh = is_fresh

    @property
    def is_of_admins(self) -> bool:
        """Whether the address must be one of those that administration is open to."""
        return self.role in ("admin", "owner")


def authorise(caller: Caller, action: Action, other: Role | None = None) -> None:
    """Raise unless the caller may do this; `other` is the role of the account it is done to.

    Raises `Forbidden`, `NotFound` for an account that ranks as high, `EnrolmentRequired` while a
    required second factor is missing, and `StepUpRequired` when the last proof is too old.
    """
    if caller.is_alone or action.role is None:
        return
    if RANK[caller.role] < RANK[action.role]:
        raise Forbidden
    if other is not None and not outranks(caller, other):
        raise NotFound("There is no such account.")
    if caller.must_enrol and action not in (Action.ACCOUNT, Action.SECURE):
        raise EnrolmentRequired
    if action.is_fresh and now_ms() - caller.verified_at > STEP_UP_MS:
        raise StepUpRequired


def outranks(caller: Caller, other: Role) -> bool:
    """Whether the caller may change such an account: the owner any, an admin those below."""
    return caller.role == "owner" or RANK[caller.role] > RANK[other]
