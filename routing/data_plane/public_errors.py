"""What the router itself says when it cannot hand on a backend's answer.

Refusal
├── Invalid              400  invalid
├── NotSignedIn          401  login_required
├── NotAllowed           405  method_not_allowed
├── TooLarge             413  too_large
├── UnsupportedMediaType 415  unsupported_media_type
├── TooMany              429  rate_limited
├── BackendFailed        502  backend_failed
├── NoVersionYet         503  no_version
├── BackendUnavailable   503  backend_unavailable
├── NotKept              503  not_kept
└── TimedOut             504  timeout
"""

from collections.abc import Sequence

RETRY_SECONDS = 2


class Refusal(Exception):
    """An answer of the router's own: `{"code", "detail"}` with a status."""

    status = 500
    code = "error"
    headers: tuple[tuple[bytes, bytes], ...] = ()

    @property
    def detail(self) -> str:
        return str(self)


class Invalid(Refusal):
    status = 400
    code = "invalid"


class NotSignedIn(Refusal):
    status = 401
    code = "login_required"
    headers = ((b"www-authenticate", b"Bearer"),)

    def __init__(self) -> None:
        super().__init__("This needs a login: sign in at /login/, or send a bearer token.")


class NotAllowed(Refusal):
    status = 405
    code = "method_not_allowed"

    def __init__(self, method: str, allowed: Sequence[str]) -> None:
        names = ", ".join(allowed)
        super().__init__(f"{method} is not allowed here, only {names}.")
        self.headers = ((b"allow", names.encode()),)


class TooLarge(Refusal):
    status = 413
    code = "too_large"


class UnsupportedMediaType(Refusal):
    status = 415
    code = "unsupported_media_type"


class TooMany(Refusal):
    status = 429
    code = "rate_limited"

    def __init__(self, seconds: int) -> None:
        super().__init__(f"Too many requests from this address. Try again in {seconds} s.")
        self.headers = ((b"retry-after", str(seconds).encode()),)


class BackendFailed(Refusal):
    status = 502
    code = "backend_failed"


class _Later(Refusal):
    status = 503
    headers = ((b"retry-after", str(RETRY_SECONDS).encode()),)


class NoVersionYet(_Later):
    code = "no_version"

    def __init__(self) -> None:
        super().__init__("Nothing is served yet: the first version is not active. Try again soon.")


class BackendUnavailable(_Later):
    code = "backend_unavailable"


class NotKept(_Later):
    code = "not_kept"

    def __init__(self) -> None:
        super().__init__("It could not be written down; why is in the web log. Try again later.")


class TimedOut(Refusal):
    status = 504
    code = "timeout"
