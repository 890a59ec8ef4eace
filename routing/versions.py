"""The states of a version: each change is a named function that compares and sets.

building → verifying → ready → active → retired, and retired → active; switch.py makes the last
two. A version leaves the way as failed, rejected or overtaken, and ends as collected.
"""

from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from retrieval.files import write_atomic
from retrieval.layout import Layout
from retrieval.messages import worded
from routing import serving, verdicts
from routing.errors import NoSuchVersion, StateConflict, VersionGone
from routing.models import Decision, DeploymentVersion

State = DeploymentVersion.State
VERDICTS = (State.READY, State.FAILED, State.REJECTED, State.OVERTAKEN)
LARGEST = 2**63 - 1  # what the database can hold; a larger number names nothing


def get(number: int) -> DeploymentVersion:
    """The version of that number; NoSuchVersion when there is none."""
    version = None
    if 0 <= number <= LARGEST:
        version = DeploymentVersion.objects.filter(number=number).first()
    if version is None:
        raise NoSuchVersion(worded("There is no version #%(number)s.", number=number))
    return version


def active() -> DeploymentVersion | None:
    return DeploymentVersion.objects.filter(state=State.ACTIVE).first()


def next_number() -> int:
    """1 + the highest ever used: a lost or older database does not give a number out again."""
    known = DeploymentVersion.objects.aggregate(highest=Max("number"))["highest"] or 0
    layout = Layout(settings.INDICES_DIR)
    served = serving.read_pointer()
    used = [known, _last_number(layout), *layout.numbers(), served.version if served else 0]
    return 1 + max(used)


def _last_number(layout: Layout) -> int:
    """What was given out and left neither a row nor a folder; 0 when that can't be read."""
    try:
        return int(layout.last_number.read_text())
    except (OSError, ValueError):
        return 0


def create(
    number: int,
    *,
    digest: str,
    fingerprint: dict[str, str],
    parent: int | None = None,
    changes: dict[str, Any] | None = None,
    trigger: str = "",
    actor: str = "",
) -> DeploymentVersion:
    """A candidate that is about to be built; IntegrityError when the number is taken."""
    layout = Layout(settings.INDICES_DIR)
    if number > _last_number(layout):
        layout.indices.mkdir(parents=True, exist_ok=True)
        write_atomic(layout.last_number, f"{number}\n".encode())
    return DeploymentVersion.objects.create(
        number=number,
        digest=digest,
        fingerprint=fingerprint,
        parent=parent,
        changes=changes or {},
        trigger=trigger,
        actor=actor,
    )


def verifying(
    version: DeploymentVersion,
    *,
    documents: int | None = None,
    chunks: int | None = None,
    embedded: int | None = None,
    build_seconds: float | None = None,
    embedding_seconds: float | None = None,
    changes: dict[str, Any] | None = None,
) -> None:
    """It is written in full, and goes to its checks."""
    built = {
        "documents": documents,
        "chunks": chunks,
        "embedded": embedded,
        "build_seconds": build_seconds,
        "embedding_seconds": embedding_seconds,
        "changes": changes,
    }
    known: dict[str, Any] = {name: value for name, value in built.items() if value is not None}
    _move(version, State.VERIFYING, [State.BUILDING], built_at=timezone.now(), **known)


def compared(version: DeploymentVersion, comparison: dict[str, Any]) -> None:
    """What it answers otherwise than what is served: for people, never a reason to refuse it."""
    _move(version, State.VERIFYING, [State.VERIFYING], comparison=comparison)


def ready(version: DeploymentVersion, gate: dict[str, Any]) -> None:
    """Every check passed: it may be served, and takes the place of those that still wait for it."""
    with transaction.atomic():
        _move(version, State.READY, [State.VERIFYING], gate=gate)
        rows = DeploymentVersion.objects.select_for_update()  # nobody decides on one meanwhile
        why = f"The newer {version.label} was proved before this one was ever served."
        for waiting in rows.filter(state=State.READY, number__lt=version.number):
            overtaken(waiting, why)


def failed(version: DeploymentVersion, reason: str) -> None:
    """It could not be built, or not be checked to the end."""
    spent = round((timezone.now() - version.created_at).total_seconds(), 4)
    of = [State.BUILDING, State.VERIFYING]
    _move(version, State.FAILED, of, reason=reason, build_seconds=spent)


def rejected(version: DeploymentVersion, gate: dict[str, Any], reason: str = "") -> None:
    """The gate said no: it is kept and explained, and never served."""
    _move(version, State.REJECTED, [State.VERIFYING], gate=gate, reason=reason)


def declined(version: DeploymentVersion, reason: str) -> None:
    """A person said no to what its checks had passed."""
    _move(version, State.REJECTED, [State.READY], reason=reason)


def overtaken(version: DeploymentVersion, reason: str = "") -> None:
    """A newer candidate came first: not a failure."""
    _move(version, State.OVERTAKEN, [State.BUILDING, State.VERIFYING, State.READY], reason=reason)


def damaged(number: int, why: str) -> None:
    """It can't be activated as long as files of it are damaged; its state stays."""
    DeploymentVersion.objects.filter(number=number).update(damage=why)


def mended(number: int) -> None:
    damaged(number, "")


def collected(version: DeploymentVersion) -> None:
    """Its index is about to be deleted: from now on it can't be activated.

    Called before the files go, so that no activation begins on what is half deleted.
    """
    ended = [State.READY, State.RETIRED, State.FAILED, State.REJECTED, State.OVERTAKEN]
    _move(version, State.COLLECTED, ended, {"pinned": False}, collected_at=timezone.now())


def lost(version: DeploymentVersion, reason: str) -> None:
    """Its folder is gone already, by something other than collection: pinned or not."""
    ended = [State.READY, State.RETIRED, State.REJECTED, State.OVERTAKEN]
    _move(version, State.COLLECTED, ended, collected_at=timezone.now(), reason=reason)


def pin(number: int, *, actor: str, door: str, reason: str = "") -> DeploymentVersion:
    """Collection keeps it from now on; nothing happens when it is pinned already."""
    return _pin(number, True, actor=actor, door=door, reason=reason)


def unpin(number: int, *, actor: str, door: str, reason: str = "") -> DeploymentVersion:
    """Collection may take it as any other; nothing happens when it is not pinned."""
    return _pin(number, False, actor=actor, door=door, reason=reason)


def _pin(number: int, pinned: bool, **told: str) -> DeploymentVersion:
    """Compare and set: of a pin and a collection at once, one is refused."""
    kind = Decision.Kind.PIN if pinned else Decision.Kind.UNPIN
    with transaction.atomic():
        version = get(number)
        rows = DeploymentVersion.objects.filter(number=number, pinned=not pinned)
        if rows.exclude(state=State.COLLECTED).update(pinned=pinned):
            Decision.objects.create(version=version, kind=kind, **told)
        version.refresh_from_db(fields=["pinned", "state"])
    if pinned and not version.pinned:
        raise VersionGone(
            worded(
                "The index of #%(number)s is no longer kept: there is none to pin.",
                number=version.number,
            )
        )
    return version


def _move(
    version: DeploymentVersion,
    to: str,
    of: Iterable[str],
    when: dict[str, Any] | None = None,
    **fields: Any,
) -> None:
    """Change the state only where it still is one of `of`: another process may have been first."""
    allowed = DeploymentVersion.objects.filter(pk=version.pk, state__in=list(of), **(when or {}))
    if allowed.update(state=to, **fields) != 1:
        version.refresh_from_db(fields=["state", "pinned"])
        pinned = " and pinned" if version.pinned else ""
        raise StateConflict(
            f"{version.label} is {version.state}{pinned}, so it cannot become {to}."
        )
    for name, value in {"state": to, **fields}.items():
        setattr(version, name, value)
    if to in VERDICTS:
        verdicts.write(version)
