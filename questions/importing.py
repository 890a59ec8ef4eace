"""Imports the questions and the feedback that were logged, each once, and forgets them in time."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Model
from django.utils import timezone

from questions import counting, gathering, lines, log
from questions.models import Feedback, LogFile, Question

# A process may still be writing the file of a day that has just ended.
SETTLED = timedelta(days=2)


@dataclass(frozen=True, slots=True)
class Kind:
    """What is logged into one folder."""

    folder: str
    model: type[Model]
    made_of: Callable[[dict[str, Any]], Model]
    time: str


KINDS = (
    Kind("", Question, lines.question, "asked_at"),
    Kind("feedback", Feedback, lines.feedback, "given_at"),
)


def import_questions() -> int:
    """Import what is new, unless questions are not to be kept; returns how many there were."""
    imported = 0
    if settings.QUESTION_LOG:
        imported = sum(_import(path, kind) for kind in KINDS for path in _grown(kind))
    _forget_old()
    if settings.QUESTION_LOG:
        gathering.gather()
    return imported


def _grown(kind: Kind) -> Iterator[Path]:
    """The files that are longer than what was read of them."""
    read = dict(LogFile.objects.values_list("name", "offset"))
    return (path for path in log.files(kind.folder) if log.size(path) > read.get(log.name(path), 0))


def _import(path: Path, kind: Kind) -> int:
    imported = 0
    while (count := _import_some(path, kind)) is not None:
        imported += count
    return imported


def _import_some(path: Path, kind: Kind) -> int | None:
    """One transaction: the lines and the offset after them go in together, or neither does."""
    with transaction.atomic():
        LogFile.objects.get_or_create(name=log.name(path))
        # The lock orders two imports of one file: the second sees the offset of the first.
        read = LogFile.objects.select_for_update().get(name=log.name(path))
        data = log.whole_lines(path, read.offset)
        if not data:
            return None
        found = lines.parse(data, path, kind.made_of)
        kind.model._default_manager.bulk_create(found, ignore_conflicts=True, batch_size=200)
        read.offset += len(data)
        read.save(update_fields=["offset"])
        return len(found)


def _forget_old() -> None:
    """What is past the time to keep it, and log files that are past it, or are all imported."""
    now = timezone.now()
    oldest = now - timedelta(days=settings.QUESTION_RETENTION_DAYS)
    for kind in KINDS:
        past = kind.model._default_manager.filter(**{f"{kind.time}__lt": oldest})
        if past.exists():  # a deletion of nothing would still wait for the writers before it
            with transaction.atomic():
                past.delete()
                counting.forget(oldest)
        for path in log.files(kind.folder):
            day = log.day_of(path)
            if day is None:
                continue
            settled = day <= (now - SETTLED).date() and _is_imported(path)
            if settled or day < oldest.date():
                path.unlink(missing_ok=True)
                LogFile.objects.filter(name=log.name(path)).delete()


def _is_imported(path: Path) -> bool:
    read = LogFile.objects.filter(name=log.name(path)).first()
    return read is not None and not log.whole_lines(path, read.offset)
