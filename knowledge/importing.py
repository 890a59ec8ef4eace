"""Takes a confirmed import in, some hundreds of files a transaction, from where it stopped.

What became of a file is written in the transaction that made its revision: whoever goes on after a
crash, or beside somebody else who does, does nothing twice.
"""

import itertools
import logging
import time
from collections.abc import Sequence
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from knowledge import places, revisions, uploads
from knowledge.errors import KnowledgeError, StaleRevision
from knowledge.import_models import Import, ImportedFile
from knowledge.models import Document, Door
from knowledge.signals import knowledge_changed
from retrieval.files import Locked, locked

logger = logging.getLogger(__name__)

BATCH = 50  # files a transaction: others who save wait for one batch at most
# SQLite has no queue: who waits for its lock looks again every 100 ms, and must find it free once.
PAUSE = 0.15
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
    """What the upload holds of it; None once that is no longer kept."""
    try:
        with file.upload.texts.open("rb") as texts:
            texts.seek(file.offset)
            return texts.read(file.size).decode()
    except FileNotFoundError:
        return None


def go_on(upload: Import, batches: int | None = None) -> bool:
    """Take in what is left of a running import, at most so many batches; True once it is done."""
    for _ in itertools.count() if batches is None else range(batches):
        if not _batch(upload):
            return True
        if connection.vendor == "sqlite":
            time.sleep(PAUSE)
    return False


def go_on_with_all() -> None:
    """What was confirmed, and what a killed worker left; who finds another at it goes away.

    Two at once would take turns, and leave no moment in which others get the database's lock.
    """
    with suppress(Locked), locked(Path(settings.RUN_DIR) / "imports.lock", timeout=0):
        while upload := Import.objects.filter(state=State.RUNNING).first():
            go_on(upload)


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
        if file not in named and file.stat().st_mtime < (now - YOUNG).timestamp():
            file.unlink(missing_ok=True)


def _batch(upload: Import) -> bool:
    """One transaction's worth; False when nothing is left to do."""
    with transaction.atomic():
        # The row's lock: two who go on with the same import take turns.
        running = Import.objects.select_for_update().filter(pk=upload.pk, state=State.RUNNING)
        if not running.exists():
            return False
        waiting = upload.files.filter(outcome="", fate__in=(Fate.NEW, Fate.CHANGED, Fate.SAME))
        files = list(waiting.order_by("path")[:BATCH])
        _take(upload, files)
        _remember(files)
        if len(files) == BATCH:
            return True
        running.update(state=State.DONE, finished_at=timezone.now())
        transaction.on_commit(lambda: _announce(upload))
    return False


def _take(upload: Import, files: Sequence[ImportedFile]) -> None:
    if not upload.texts.exists():
        for file in files:
            file.outcome, file.reason = Outcome.REFUSED, "its text is gone from disk: upload again"
        return
    wanted = [file.path for file in files]
    places.lock(wanted)  # all at once, in the order in which the folder's reconcile takes them
    there = revisions.live().filter(path__in=wanted).order_by()
    live = dict(there.values_list("path", "revision__sha256"))
    with upload.texts.open("rb") as texts:
        for file in files:
            if live.get(file.path) == file.sha256:  # whoever brought it
                file.outcome = Outcome.SAME
                continue
            texts.seek(file.offset)
            _save(upload, file, texts.read(file.size).decode())


def _remember(files: Sequence[ImportedFile]) -> None:
    """Most have nothing to say, and are written by one statement for each outcome."""
    ids: dict[str, list[int]] = {}
    for file in files:
        if file.reason:
            file.save(update_fields=["outcome", "reason"])
        else:
            ids.setdefault(file.outcome, []).append(file.pk)
    for outcome, some in ids.items():
        ImportedFile.objects.filter(pk__in=some).update(outcome=outcome)


def _save(upload: Import, file: ImportedFile, body: str) -> None:
    try:
        with transaction.atomic():
            saved = revisions.save(
                file.path,
                body,
                actor=upload.uploaded_by,
                door=Door.ADMIN,
                expected=file.expected,
                one_of_many=True,
            )
    except StaleRevision as error:
        file.outcome, file.reason = Outcome.CONFLICT, str(error)
    except KnowledgeError as error:
        file.outcome, file.reason = Outcome.REFUSED, str(error)
    else:
        made = Outcome.CREATED if saved.created else Outcome.CHANGED
        file.outcome = made if saved.changed else Outcome.SAME


def _announce(upload: Import) -> None:
    """Once, at the end: so that a build or two follow, not thousands."""
    logger.info("Imported %s", upload.name)
    if upload.files.filter(outcome__in=(Outcome.CREATED, Outcome.CHANGED)).exists():
        knowledge_changed.send(sender=Document, paths=None)
