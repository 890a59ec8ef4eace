"""A confirmed import: what `batches` does with each of its files."""

import hashlib
import logging
from collections.abc import Sequence
from contextlib import suppress
from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from knowledge import places, revisions, uploads
from knowledge.batches import Kind
from knowledge.errors import KnowledgeError, StaleRevision
from knowledge.import_models import Import, ImportedFile
from knowledge.models import Document, Door
from knowledge.revisions import Saved, Text
from knowledge.signals import knowledge_changed

logger = logging.getLogger(__name__)

KEPT = timedelta(days=30)  # what became of each file
TEXTS_KEPT = timedelta(days=2)  # an upload that nobody confirmed, conflicts that nobody decided
YOUNG = timedelta(hours=1)  # a file that nothing names yet may belong to an upload under way

State, Fate, Outcome = Import.State, ImportedFile.Fate, ImportedFile.Outcome


def start(upload: Import) -> bool:
    """Confirm a preview; False when someone did already."""
    waiting = Import.objects.filter(pk=upload.pk, state=State.PREVIEW)
    started = waiting.update(state=State.RUNNING, started_at=timezone.now(), finished_at=None)
    return bool(started)


def look_again(upload: Import) -> bool:
    """Back to a preview, of what the knowledge base holds by now; False while it is running.

    What was imported is the same by then, so that only conflicts and refusals are left to decide.
    """
    with transaction.atomic():
        done = Import.objects.filter(pk=upload.pk, state__in=(State.DONE, State.PREVIEW))
        if not upload.texts.exists() or not done.update(state=State.PREVIEW):
            return False
        files = list(upload.files.all())
        uploads.compare(files)
        fields = ["expected", "fate", "reason", "outcome"]
        ImportedFile.objects.bulk_update(files, fields, batch_size=100)
    return True


def discard(upload: Import) -> bool:
    """Forget an upload; not one that is running."""
    gone, _ = Import.objects.filter(pk=upload.pk).exclude(state=State.RUNNING).delete()
    if gone:
        upload.texts.unlink(missing_ok=True)
    return bool(gone)


def text_of(file: ImportedFile) -> str | None:
    """What the upload holds of it; None once that is no longer kept, or is not whole."""
    return _bodies(file.upload, [file]).get(file.pk)


def tidy() -> None:
    """Remove what nobody needs any more, on disk and in the database."""
    now = timezone.now()
    Import.objects.exclude(state=State.RUNNING).filter(uploaded_at__lt=now - KEPT).delete()
    unconfirmed = Import.objects.filter(state=State.PREVIEW, uploaded_at__lt=now - TEXTS_KEPT)
    unconfirmed.filter(started_at=None).delete()
    needed = Import.objects.filter(uploaded_at__gt=now - TEXTS_KEPT) | Import.objects.filter(
        state=State.RUNNING
    )
    named = {upload.texts for upload in needed}
    for file in settings.IMPORTS_DIR.glob("*.texts"):
        with suppress(FileNotFoundError):  # it went since they were listed
            if file not in named and file.stat().st_mtime < (now - YOUNG).timestamp():
                file.unlink()


def _left(upload: Import) -> QuerySet[ImportedFile]:
    waiting = upload.files.filter(outcome="", fate__in=(Fate.NEW, Fate.CHANGED, Fate.SAME))
    return waiting.order_by("path")


def _take(upload: Import, files: Sequence[ImportedFile]) -> None:
    bodies = _bodies(upload, files)
    paths = [file.path for file in files]
    places.lock(paths)  # all at once, in the order in which the folder's reconcile takes them
    there = revisions.live().filter(path__in=paths).order_by()
    live = dict(there.values_list("path", "revision__sha256"))
    for file in files:
        if file.pk not in bodies:
            file.outcome, file.reason = Outcome.REFUSED, "its text is gone from disk: upload again"
        elif live.get(file.path) == file.sha256:  # whoever brought it
            file.outcome = Outcome.SAME
    wanted = [file for file in files if not file.outcome]
    texts = [Text(file.path, bodies[file.pk], file.expected) for file in wanted]
    saved = revisions.save_all(texts, actor=upload.uploaded_by, door=Door.ADMIN)
    for file, outcome in zip(wanted, saved, strict=True):
        _note(file, outcome)


def _bodies(upload: Import, files: Sequence[ImportedFile]) -> dict[int, str]:
    """By the files' primary keys: the texts that the disk still holds as they came."""
    found = {}
    with suppress(FileNotFoundError), upload.texts.open("rb") as texts:
        for file in files:
            texts.seek(file.offset)
            data = texts.read(file.size)
            if hashlib.sha256(data).hexdigest() == file.sha256:
                found[file.pk] = data.decode()
    return found


def _note(file: ImportedFile, outcome: Saved | KnowledgeError) -> None:
    if isinstance(outcome, KnowledgeError):
        stale = isinstance(outcome, StaleRevision)
        file.outcome = Outcome.CONFLICT if stale else Outcome.REFUSED
        file.reason = str(outcome)
    else:
        made = Outcome.CREATED if outcome.created else Outcome.CHANGED
        file.outcome = made if outcome.changed else Outcome.SAME


def _announce(upload: Import) -> None:
    logger.info("Imported %s", upload.name)
    if upload.files.filter(outcome__in=(Outcome.CREATED, Outcome.CHANGED)).exists():
        knowledge_changed.send(sender=Document, paths=None)


KIND = Kind(Import.objects.all, _left, _take, _announce)
