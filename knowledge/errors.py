"""What the knowledge package refuses, and why.

KnowledgeError
├── DocumentNotFound
├── RevisionNotFound
├── RevisionForgotten
├── NotQuarantined
├── StaleRevision
├── PreconditionFailed
├── ConflictSettled
├── InvalidPath
├── PathTaken
├── PauseChanged
├── CannotConfirm
├── NotText
├── TooLarge
└── UploadRefused
"""


class KnowledgeError(Exception):
    """Something about a document that the caller has to know; the message is for people."""

    code = "knowledge"


class DocumentNotFound(KnowledgeError):
    """There is no live document at that path."""

    code = "document_not_found"


class RevisionNotFound(KnowledgeError):
    """The document has no text under that revision number."""

    code = "revision_not_found"


class RevisionForgotten(KnowledgeError):
    """A version holds a text that the database no longer has under that number."""

    code = "revision_forgotten"


class NotQuarantined(KnowledgeError):
    """The document is served at its live revision already."""

    code = "not_quarantined"


class StaleRevision(KnowledgeError):
    """Someone saved or deleted the document since the caller read it."""

    code = "stale_revision"


class ConflictSettled(KnowledgeError):
    """Someone settled the conflict since the caller read it."""

    code = "conflict_settled"


class PreconditionFailed(KnowledgeError):
    """If-Match or If-None-Match does not hold for what is live now."""

    code = "precondition_failed"


class InvalidPath(KnowledgeError):
    """The path cannot name a document."""

    code = "invalid_path"


class PathTaken(KnowledgeError):
    """A document stands where this path needs a folder, or the other way round."""

    code = "path_taken"


class PauseChanged(KnowledgeError):
    """The folder is not as it was shown to who confirms what it is about."""

    code = "pause_changed"


class CannotConfirm(KnowledgeError):
    """Nobody can say what a folder that cannot be read is about."""

    code = "cannot_confirm"


class NotText(KnowledgeError):
    """The content is not text that can be kept exactly."""

    code = "not_text"


class TooLarge(KnowledgeError):
    """The text is larger than MAX_DOCUMENT_BYTES."""

    code = "too_large"


class UploadRefused(KnowledgeError):
    """Nothing of an upload can be taken; the message says why, and what to do."""

    code = "upload_refused"
