"""The rule of `providers/visible.py` in SQL, for queries on `providers p` and `models m`.

`params` are its parameters. A provider of one's own hides the system's of the same name.
"""

import msgspec

from chatbox.providers.visible import Sight

CHANGEABLE = "(CASE WHEN p.is_system THEN :manages ELSE p.user_id = :user END)"
"""Providers that the caller may read and change."""

GRANTED = """
    (:manages OR coalesce(
        (SELECT max(CASE WHEN g.role = :role OR g.user_id = :user THEN 1 ELSE 0 END)
         FROM grants g WHERE g.provider_id = p.id AND ifnull(g.model, '') = ifnull(m.name, '')),
        (SELECT max(CASE WHEN g.role = :role OR g.user_id = :user THEN 1 ELSE 0 END)
         FROM grants g WHERE g.provider_id = p.id AND ifnull(g.model, '') = ''),
        :chats))
"""
"""Models of a system provider that the caller may use."""

WITHIN_REACH = """
    p.id IN (
        SELECT id FROM providers WHERE user_id = :user
        UNION ALL SELECT id FROM providers WHERE is_system AND name > ''
    )
"""
"""Where to look for them by index, so that nobody else's are read; names are never empty."""

VISIBLE = f"""
    {WITHIN_REACH} AND CASE WHEN p.is_system THEN
        {GRANTED}
        AND NOT EXISTS (
            SELECT 1 FROM providers o
            WHERE :connects AND o.user_id = :user AND o.name = p.name AND NOT o.is_system
        )
    ELSE :connects END
"""  # noqa: S608 - literals
"""Models that the caller sees and may use."""


def params(sight: Sight) -> dict[str, object]:
    """The parameters of these conditions."""
    return msgspec.structs.asdict(sight)
