"""What a backend answers when it can't: one tree, each with the `code` and status it is told with.

BackendError
├── InvalidRequest
├── PayloadTooLarge
├── UnsupportedMediaType
├── DocumentNotFound
├── NoSuchVersion
├── WrongVersion
├── SlotUnloadable
├── GeneratorFailed
│   └── GeneratorRefused
└── GeneratorTimeout
"""

from typing import Any

from retrieval.errors import IndexDamaged, NoVersion, RetrievalError, VersionCollected

RETRY_AFTER = {"Retry-After": "1"}
UNEXPECTED = "The request failed here. Why is in the log of this backend."
RETRIEVAL_STATUS: dict[type[RetrievalError], int] = {
    NoVersion: 503,
    IndexDamaged: 503,
    VersionCollected: 410,
}


class BackendError(Exception):
    """The root; a client is told `code`, the message, and whatever `extra` holds."""

    code = "error"
    status = 500

    @property
    def extra(self) -> dict[str, Any]:
        return {}


class InvalidRequest(BackendError):
    """The request isn't what the contract says."""

    code = "invalid"
    status = 400


class PayloadTooLarge(BackendError):
    """The body is larger than any question can be."""

    code = "too_large"
    status = 413


class UnsupportedMediaType(BackendError):
    """The body isn't declared as JSON."""

    code = "unsupported_media_type"
    status = 415


class DocumentNotFound(BackendError):
    """The version that is served, or the one asked for, holds no such document."""

    code = "document_not_found"
    status = 404


class NoSuchVersion(BackendError):
    """No version has had this number yet."""

    code = "no_such_version"
    status = 404


class WrongVersion(BackendError):
    """The caller expects another version than the one that the slot names."""

    code = "wrong_version"
    status = 421

    def __init__(self, slot: str, version: int, expected: int) -> None:
        super().__init__(f"Backend {slot} serves version {version}, not {expected}.")
        self.version = version

    @property
    def extra(self) -> dict[str, Any]:
        return {"version": self.version}


class SlotUnloadable(BackendError):
    """The slot names a version that can't be loaded; nothing else may answer in its place."""

    code = "index_damaged"
    status = 503


class GeneratorFailed(BackendError):
    """The provider gave no usable answer."""

    code = "generator_failed"
    status = 502


class GeneratorRefused(GeneratorFailed):
    """It would not answer this one question, or not to its end: others it may."""


class GeneratorTimeout(BackendError):
    """The provider did not answer in time."""

    code = "generator_timeout"
    status = 504


def body(error: BackendError | RetrievalError) -> dict[str, Any]:
    """The error as a client is told it, in JSON and in the stream's `error` event alike."""
    extra = error.extra if isinstance(error, BackendError) else {}
    return {"code": error.code, "detail": str(error), **extra}


def status(error: BackendError | RetrievalError) -> int:
    if isinstance(error, BackendError):
        return error.status
    return RETRIEVAL_STATUS.get(type(error), 503)
