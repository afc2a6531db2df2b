"""What a name, an address and a password may be, and their stored form.

No rules about kinds of characters, and no expiry: they make passwords worse (NIST SP 800-63B).
"""

import re
import unicodedata

from chatbox.accounts.common import is_common
from chatbox.errors import InvalidRequest, PasswordRefused

SHORTEST = 10
LONGEST = 256
_USERNAME = re.compile(r"[\w.+-]{2,40}")
_EMAIL = re.compile(r"[^\s@<>\"'(),:;\\]{1,64}@[^\s@<>\"'(),:;\\]{1,190}\.[^\s@.]{2,60}")


def normal_password(password: str) -> str:
    """The form that is hashed: the same letters typed on another keyboard are the same password."""
    return unicodedata.normalize("NFKC", password)


def check_password(password: str, username: str) -> str:
    """Accept a new password and answer its normal form; raises `PasswordRefused`."""
    normal = normal_password(password)
    if len(normal) < SHORTEST:
        raise PasswordRefused(f"The password needs at least {SHORTEST} characters.")
    if len(normal) > LONGEST:
        raise PasswordRefused(f"The password may have at most {LONGEST} characters.")
    if normal.casefold() == username.casefold():
        raise PasswordRefused("The password is the user name.")
    if len(set(normal)) < 4:
        raise PasswordRefused("The password repeats too few different characters.")
    if is_common(normal):
        raise PasswordRefused("The password is among the commonest: it would be guessed.")
    return normal


def normal_name(name: str) -> str:
    """The form that names are compared in."""
    return unicodedata.normalize("NFKC", name.strip()).casefold()


def check_username(username: str) -> str:
    """Accept a user name and answer its normal form; raises `InvalidRequest`."""
    normal = normal_name(username)
    if not _USERNAME.fullmatch(normal):
        raise InvalidRequest(
            "A user name has 2 to 40 letters, digits, dots, hyphens and underscores."
        )
    return normal


def check_email(email: str) -> str:
    """Accept an e-mail address and answer its normal form; raises `InvalidRequest`."""
    normal = normal_name(email)
    if not _EMAIL.fullmatch(normal) or not normal.isprintable():
        raise InvalidRequest("That is no e-mail address.")
    return normal
