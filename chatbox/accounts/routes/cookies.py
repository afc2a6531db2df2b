"""What a browser is handed when somebody signs in with it."""

from litestar.datastructures import Cookie

from chatbox.accounts.logins import LIFE_MS, Opened
from chatbox.accounts.visit import COOKIE, DEVICE_COOKIE, YEAR_SECONDS, Visit, cookie_name


def cookies_of(opened: Opened, visit: Visit) -> list[Cookie]:
    """The login's cookie, and the one by which the device is known for a year; none to programs."""
    given = (
        (COOKIE, opened.token, LIFE_MS // 1000),
        (DEVICE_COOKIE, opened.device_token, YEAR_SECONDS),
    )
    return [
        Cookie(
            key=cookie_name(name, visit.is_secure),
            value=value,
            max_age=seconds,
            httponly=True,
            samesite="lax",
            secure=visit.is_secure,
        )
        for name, value, seconds in given
        if value is not None
    ]
