"""The pass: a signed cookie that says who may ask, read without a database.

Django's signing and nothing else: it can be read by whoever holds it, and made only with
SECRET_KEY. It ends by itself (CHAT_PASS_HOURS), and before that when `admitted` no longer names
its person under its stamp.
"""

from collections.abc import Iterable, Mapping
from dataclasses import astuple, dataclass

from django.conf import settings
from django.contrib.auth.models import User
from django.core import signing
from django.http.cookie import parse_cookie

COOKIE = "pass"
SALT = "access.pass"


@dataclass(frozen=True, slots=True)
class Pass:
    user: str  # the user's primary key
    name: str
    stamp: str
    is_staff: bool


def lifetime() -> int:
    """Seconds."""
    return int(settings.CHAT_PASS_HOURS) * 3600


def stamp(user: User) -> str:
    """Another one after a new password, so that the passes from before are over, like sessions."""
    return user.get_session_auth_hash()[:16]


def issue(user: User) -> str:
    return signing.dumps(astuple(_of(user)), salt=SALT)


def read(text: str, max_age: int | None = None) -> Pass | None:
    """None when it is not one of ours, or older than `max_age` seconds (its lifetime)."""
    try:
        return Pass(*signing.loads(text, salt=SALT, max_age=max_age or lifetime()))
    except (signing.BadSignature, ValueError, TypeError):
        return None


def is_fresh(text: str, user: User) -> bool:
    """Whether it is this person's as they are now, and less than half of its life is over."""
    return read(text, lifetime() // 2) == _of(user)


def _of(user: User) -> Pass:
    return Pass(str(user.pk), user.get_username(), stamp(user), user.is_staff)


def in_headers(headers: Iterable[tuple[bytes, bytes]]) -> str:
    cookies = "; ".join(value.decode("latin-1") for name, value in headers if name == b"cookie")
    return in_cookies(parse_cookie(cookies)) if COOKIE in cookies else ""


def in_cookies(cookies: Mapping[str, str]) -> str:
    return cookies.get(COOKIE, "")
