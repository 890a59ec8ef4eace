"""The log of activations as CSV, row by row: its size is no matter."""

import csv
from collections.abc import AsyncIterator, Iterable
from typing import Any

from django.db.models import QuerySet
from django.http import StreamingHttpResponse

from routing.models import Activation

COLUMNS = ("epoch", "activated_at", "kind", "previous", "version", "backend", "actor", "door",
           "reason")  # fmt: skip
FORMULA = ("=", "+", "-", "@", "\t", "\r")


class _Echo:
    """What csv writes to: it gives the line back."""

    def write(self, line: str) -> str:
        return line


def activations(rows: QuerySet[Activation]) -> StreamingHttpResponse:
    response = StreamingHttpResponse(_lines(rows), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="activations.csv"'
    return response


async def _lines(rows: QuerySet[Activation]) -> AsyncIterator[str]:
    yield line(COLUMNS)
    async for row in rows.aiterator(chunk_size=500):
        yield line(_cells(row))


def _cells(row: Activation) -> tuple[Any, ...]:
    return (
        row.epoch, row.activated_at.isoformat(), row.kind, row.previous_id, row.version_id,
        row.slot, row.actor, row.door, row.reason,
    )  # fmt: skip


def line(cells: Iterable[Any]) -> str:
    written: str = csv.writer(_Echo()).writerow([_inert(cell) for cell in cells])
    return written


def _inert(cell: Any) -> str:
    """A spreadsheet would run what begins as a formula does: a quote in front makes it a text."""
    text = "" if cell is None else str(cell)
    return f"'{text}" if text.startswith(FORMULA) else text
