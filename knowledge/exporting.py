"""The whole knowledge base as a zip, made while it is read: live texts, earlier ones, who and when.

documents/<path>             what is live, to the byte: importing the zip again takes these
history/<path>/<number>.md   every other text that was ever saved
history.jsonl                a line for each revision, with the member that holds its text
knowledge-base.json          tells such a zip from any other

It is of one moment: revisions never change, so the newest of them and what is live then say all.
Paths are written as they are; what another system makes of them when it unpacks is its own.
"""

import io
import json
import zipfile
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from asgiref.sync import sync_to_async
from django.db.models import QuerySet, Subquery
from django.http import StreamingHttpResponse
from django.utils import timezone

from knowledge import snapshot
from knowledge.models import Document, Revision
from knowledge.unpacking import EXPORT_MARK, EXPORTED

FORMAT = 1
HISTORY = "history/"
BATCH = 20  # revisions whose texts are in memory at once
LINES = 1000
PIECE = 64 * 1024

FIELDS = ("id", "document_id", "path", "number", "title", "sha256", "review_by", "owner",
          "saved_by", "saved_at", "door", "deleted", "conflict")  # fmt: skip


@dataclass(frozen=True)
class Moment:
    """What is exported: `live` is path → (revision, its number, its sum); no revision later than
    `newest`."""

    newest: int
    live: dict[str, tuple[int, int, str]] = field(repr=False)

    @classmethod
    def now(cls) -> "Moment":
        """By one statement, so that no save comes between the two."""
        last = Subquery(Revision.objects.order_by("-id").values("id")[:1])
        rows = Document.objects.order_by("path").annotate(newest=last).values_list(
            "newest", "path", "revision_id", "revision__number", "revision__sha256"
        )  # fmt: skip
        newest, live = 0, {}
        for newest, path, revision, number, sha256 in rows:  # noqa: B007 - the same in each row
            if revision:
                live[path] = (revision, number, sha256)
        return cls(newest or 0, live)

    @property
    def digest(self) -> str:
        return snapshot.digest_of({path: (row[1], row[2]) for path, row in self.live.items()})

    def revisions(self) -> QuerySet[Revision]:
        return Revision.objects.filter(id__lte=self.newest)


def response(actor: str) -> StreamingHttpResponse:
    """The zip as a download; its first bytes go out before any text is read."""
    made = StreamingHttpResponse(_stream(actor), content_type="application/zip")
    name = f"knowledge-base-{timezone.now():%Y-%m-%d}.zip"
    made["Content-Disposition"] = f'attachment; filename="{name}"'
    made["Cache-Control"] = "no-store"
    return made


async def _stream(actor: str) -> AsyncIterator[bytes]:
    """Each piece is made in the request's own thread, and none before the last one was sent."""
    made = pieces(actor)
    following = sync_to_async(lambda: next(made, b""))
    while piece := await following():
        yield piece


def pieces(actor: str) -> Iterator[bytes]:
    """The zip's bytes, some at a time."""
    out = _Outlet()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for _ in _written(archive, actor):
            if out.held >= PIECE:
                yield out.take()
    yield out.take()


class _Outlet(io.RawIOBase):
    """What zipfile writes to: a stream that cannot seek, emptied as it fills."""

    def __init__(self) -> None:
        self._held = bytearray()

    @property
    def held(self) -> int:
        return len(self._held)

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        self._held += data
        return len(data)

    def take(self) -> bytes:
        taken = bytes(self._held)
        self._held.clear()
        return taken


def _written(archive: zipfile.ZipFile, actor: str) -> Iterator[None]:
    """Writes member after member; yields where the outlet may be emptied."""
    moment = Moment.now()
    archive.writestr(_member(EXPORT_MARK, timezone.now()), _told(moment, actor))
    yield
    live = {revision for revision, *_ in moment.live.values()}
    for revision in _with_texts(sorted(live)):
        archive.writestr(_member(EXPORTED + revision.path, revision.saved_at), revision.body)
        yield
    earlier = moment.revisions().filter(deleted=False).order_by("id")
    for ids in _batches(earlier, BATCH):
        for revision in _with_texts([id_ for id_ in ids if id_ not in live]):
            archive.writestr(_member(_kept_at(revision), revision.saved_at), revision.body)
            yield
    with archive.open(_member("history.jsonl", timezone.now()), "w") as lines:
        for ids in _batches(moment.revisions().order_by("id"), LINES):
            for row in Revision.objects.filter(id__in=ids).order_by("id").values(*FIELDS):
                lines.write(_line(row, row["id"] in live).encode())
            yield


def _told(moment: Moment, actor: str) -> str:
    facts = {
        "format": FORMAT,
        "exported_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "exported_by": actor,
        "documents": len(moment.live),
        "digest": moment.digest,
    }
    return json.dumps(facts, indent=2) + "\n"


def _line(row: dict[str, Any], live: bool) -> str:
    held = None if row["deleted"] else _kept_at(Revision(**row))
    told = {
        **{key: value for key, value in row.items() if key != "id"},
        "saved_at": row["saved_at"].isoformat(),
        "review_by": row["review_by"] and row["review_by"].isoformat(),
        "live": live,
        "file": EXPORTED + row["path"] if live else held,
    }
    return json.dumps(told, ensure_ascii=False) + "\n"


def _kept_at(revision: Revision) -> str:
    return f"{HISTORY}{revision.path}/{revision.number}.md"


def _member(name: str, saved: datetime) -> zipfile.ZipInfo:
    earliest = datetime(1980, 1, 1, tzinfo=UTC)  # a zip knows none before
    info = zipfile.ZipInfo(name, max(saved.astimezone(UTC), earliest).timetuple()[:6])
    info.compress_type = zipfile.ZIP_DEFLATED
    info.external_attr = 0o644 << 16
    return info


def _with_texts(ids: list[int]) -> Iterator[Revision]:
    for start in range(0, len(ids), BATCH):
        yield from Revision.objects.filter(id__in=ids[start : start + BATCH]).order_by("id")


def _batches(rows: QuerySet[Revision], size: int) -> Iterator[list[int]]:
    last = 0
    while ids := list(rows.filter(id__gt=last).values_list("id", flat=True)[:size]):
        yield ids
        last = ids[-1]
