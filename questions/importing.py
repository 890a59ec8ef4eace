"""Imports the questions that were logged, each once, and forgets them when their time is over."""

from datetime import timedelta
from pathlib import Path

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from questions import log
from questions.models import LogFile, Question

# A backend may still be writing the file of a day that has just ended.
SETTLED = timedelta(days=2)


def import_questions() -> int:
    """Import what is new, unless questions are not to be kept; returns how many there were."""
    imported = sum(_import(path) for path in _grown()) if settings.QUESTION_LOG else 0
    _forget_old()
    return imported


def _grown() -> list[Path]:
    """The files that are longer than what was read of them."""
    read = dict(LogFile.objects.values_list("name", "offset"))
    return [path for path in log.files() if log.size(path) > read.get(path.name, 0)]


def _import(path: Path) -> int:
    imported = 0
    while (count := _import_some(path)) is not None:
        imported += count
    return imported


def _import_some(path: Path) -> int | None:
    """One transaction: the questions and the offset after them go in together, or neither does."""
    with transaction.atomic():
        LogFile.objects.get_or_create(name=path.name)
        # The lock orders two imports of one file: the second sees the offset of the first.
        read = LogFile.objects.select_for_update().get(name=path.name)
        data = log.whole_lines(path, read.offset)
        if not data:
            return None
        found = log.parse(data, path)
        Question.objects.bulk_create(found, ignore_conflicts=True, batch_size=200)
        read.offset += len(data)
        read.save(update_fields=["offset"])
        return len(found)


def _forget_old() -> None:
    """Questions past the time to keep them, and log files that are past it, or are all imported."""
    now = timezone.now()
    oldest = now - timedelta(days=settings.QUESTION_RETENTION_DAYS)
    past = Question.objects.filter(asked_at__lt=oldest)
    if past.exists():  # a deletion of nothing would still wait for the writers before it
        past.delete()
    for path in log.files():
        day = log.day_of(path)
        if day is None:
            continue
        settled = day <= (now - SETTLED).date() and _is_imported(path)
        if settled or day < oldest.date():
            path.unlink(missing_ok=True)
            LogFile.objects.filter(name=path.name).delete()


def _is_imported(path: Path) -> bool:
    read = LogFile.objects.filter(name=path.name).first()
    return read is not None and not log.whole_lines(path, read.offset)
