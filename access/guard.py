"""Whether a question may be answered, when CHAT_REQUIRES_LOGIN is on: the router asks this.

No database here. The chat page asks the same of the same cookie.
"""

import time
from collections.abc import Iterable, Mapping

from django.conf import settings
from django.contrib.auth.models import User

from access import admitted, passes, tokens
from access.passes import Pass


def admits(headers: Iterable[tuple[bytes, bytes]]) -> bool:
    """ASGI's headers of a request: it bears a valid token, or a pass."""
    given = list(headers)
    return _bears_token(given) or _holder(passes.in_headers(given)) is not None


def visitor(cookies: Mapping[str, str]) -> Pass | None:
    """Whose pass this is, or None."""
    return _holder(passes.in_cookies(cookies))


def will_admit(user: User) -> bool:
    """Whether a new pass of this person holds; asked where they are sent on to the chat page."""
    if not settings.CHAT_REQUIRES_LOGIN:
        return True
    if not _is_named(user):
        admitted.write()
    return _is_named(user)


def _is_named(user: User) -> bool:
    return admitted.now().users.get(str(user.pk)) == passes.stamp(user)


def _holder(text: str) -> Pass | None:
    found = passes.read(text) if text else None
    named = found is not None and admitted.now().users.get(found.user) == found.stamp
    return found if named else None


def _bears_token(headers: Iterable[tuple[bytes, bytes]]) -> bool:
    told = next((value for name, value in headers if name == b"authorization"), b"")
    scheme, _, text = told.decode("latin-1").partition(" ")
    if scheme.lower() != "bearer":
        return False
    known, digest = admitted.now().tokens, tokens.digest(text.strip())
    ends = known.get(digest)
    return digest in known and (ends is None or time.time() < ends)
