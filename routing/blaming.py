"""Roll back and quarantine: documents that are to blame stay as they are in what returns."""

from collections.abc import Iterable, Mapping

from retrieval.errors import RetrievalError
from retrieval.messages import worded
from routing import differences, signals
from routing.differences import Revisions
from routing.errors import CannotQuarantine, LoadFailed, NotChanged
from routing.models import DeploymentVersion

Earlier = tuple[int, str] | None  # (revision, sha256 of its text); None: it was not there


def as_they_were(
    paths: Iterable[str], target: DeploymentVersion, active: DeploymentVersion | None
) -> dict[str, Earlier]:
    """The blamed documents as `target` holds them; NotChanged for what can't be to blame."""
    blamed = sorted(set(paths))
    if not blamed:
        return {}
    if active is None or target.number > active.number:
        raise NotChanged(
            worded(
                "#%(number)s is newer than what is served: only a rollback blames.",
                number=target.number,
            )
        )
    before, after = _documents(target), _documents(active)
    for path in blamed:
        if _text(before, path) == _text(after, path):
            raise NotChanged(
                worded(
                    "%(path)s did not change between #%(before)s and #%(after)s: "
                    "it can't be to blame. Nothing was done.",
                    path=repr(path[:200]),
                    before=target.number,
                    after=active.number,
                )
            )
    return {path: before.get(path) for path in blamed}


def quarantine(blamed: Mapping[str, Earlier], *, actor: str, reason: str) -> None:
    """Have whoever keeps the documents serve these as they were; in the rollback's transaction."""
    heard = signals.blamed.send(
        sender=DeploymentVersion, documents=blamed, actor=actor, reason=reason
    )
    if not heard:
        raise CannotQuarantine(worded("Nobody here can quarantine a document. Nothing was done."))


def _documents(version: DeploymentVersion) -> Revisions:
    try:
        return differences.revisions(version.number)
    except RetrievalError as error:
        raise LoadFailed(
            worded(
                "What changed since #%(number)s can't be told: %(error)s Nothing was done; "
                "a rollback without quarantine may still be possible.",
                number=version.number,
                error=str(error),
            )
        ) from error


def _text(revisions: Revisions, path: str) -> str | None:
    return revisions[path][1] if path in revisions else None
