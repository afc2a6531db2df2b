"""Which providers and models somebody sees: what is his own, and of the system's what is granted.

A grant on a model decides about that model; else the grants on its provider decide; where there
are none, everybody may whose role chats. Owner and administrators may always. The rule itself is
SQL (`store/visible.py`), so that a list of hundreds of models is one query.
"""

import msgspec

from chatbox.caller import Caller, Role
from chatbox.rights import RANK, Action
from chatbox.system.site import Site


class Sight(msgspec.Struct, frozen=True):
    """A caller as that rule needs him.

    `manages`: sees everything of the system; `chats`: is among those whom a model is for that
    nobody restricts; `connects`: may have providers of his own.
    """

    user: int
    role: Role
    manages: bool
    chats: bool
    connects: bool


def sight_of(caller: Caller, site: Site) -> Sight:
    """What this caller sees under these settings."""
    manages = may(caller, Action.MANAGE)
    return Sight(
        user=caller.user_id,
        role=caller.role,
        manages=manages,
        chats=may(caller, Action.CHAT),
        connects=manages or site.personal_providers == "everybody",
    )


def may(caller: Caller, action: Action) -> bool:
    """Whether the caller's role is enough, without asking for a fresh proof."""
    return action.role is None or caller.is_alone or RANK[caller.role] >= RANK[action.role]
