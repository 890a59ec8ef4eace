"""What can go wrong in retrieval, one tree; `code` is what an API shows.

RetrievalError
├── IndexDamaged
├── NoVersion
├── VersionCollected
└── EmbeddingUnavailable
    ├── EmbeddingRefused
    └── BudgetSpent (embedders/pace.py)
"""


class RetrievalError(Exception):
    """The root: catch it to catch all of them."""

    code = "retrieval"


class IndexDamaged(RetrievalError):
    """A file of the index is missing, of another size or of other content than was written.

    `part`: the id of the segment's part that it belongs to, None when it is a manifest.
    """

    code = "index_damaged"

    def __init__(self, message: str, part: str | None = None) -> None:
        super().__init__(message)
        self.part = part


class NoVersion(RetrievalError):
    """There is no version to open yet."""

    code = "no_version"


class VersionCollected(RetrievalError):
    """The version existed once, but is no longer kept."""

    code = "version_collected"


class EmbeddingUnavailable(RetrievalError):
    """The embedder gave no answer; the same call may succeed later, `after` so many seconds."""

    code = "embedding_unavailable"

    def __init__(self, message: str, after: float | None = None) -> None:
        super().__init__(message)
        self.after = after


class EmbeddingRefused(EmbeddingUnavailable):
    """The provider refused the call itself (a wrong key, a bad request): no retry can help."""

    code = "embedding_refused"
