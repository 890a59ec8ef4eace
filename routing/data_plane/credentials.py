"""Whether a public call bears the control token: an operator's own program, such as the drill."""

import hmac

from starlette.types import Scope

from routing.data_plane.exchange import header

DRILL = "drill"


def bears_token(scope: Scope, token: str) -> bool:
    """Compared in constant time; a call without the header costs nothing."""
    told = header(scope, b"authorization")
    if told is None or not token:
        return False
    scheme, _, given = told.partition(" ")
    same = hmac.compare_digest(given.strip().encode("latin-1"), token.encode())
    return scheme.lower() == "bearer" and same


def purpose(scope: Scope) -> dict[str, str]:
    """What the backend is told of why a bearer of the token asks; nothing but a drill is taken."""
    return {"X-Purpose": DRILL} if header(scope, b"x-purpose") == DRILL else {}
