"""A zip from anywhere, read without trusting what it says of itself.

What would be too much is stopped while it is being read: how many members, how many bytes come out
of how few, how large one is. Only Markdown is read at all.
"""

import stat
import struct
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO

from django.conf import settings

from knowledge import paths
from knowledge.errors import UploadRefused
from retrieval.messages import Large, worded

CHUNK = 64 * 1024
MEMBER = b"PK\x01\x02"  # how each entry of a zip's directory begins
UTF8 = 0x800
ENCRYPTED = 0x1
RATIO = 200  # bytes out of one byte in; texts give 3 to 30
ALWAYS_ALLOWED = 10_000_000  # bytes that may come out of however few
READ_KINDS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)  # the others may ask for gigabytes
ARCHIVES = (".zip", ".tar", ".gz", ".tgz", ".bz2", ".xz", ".7z", ".rar", ".zst")
# What the library raises over a zip that is not what it should be; RuntimeError for what it does
# not know to unpack.
DAMAGED = (zipfile.BadZipFile, zlib.error, struct.error, RuntimeError, EOFError, OSError,
           ValueError, IndexError)  # fmt: skip
EXPORT_MARK = "knowledge-base.json"  # what tells an export of ours from any other zip
EXPORTED = "documents/"


@dataclass(frozen=True, slots=True)
class Member:
    """A file of an upload: its bytes, or why it is not one of ours. `skipped`: nobody's mistake."""

    name: str
    data: bytes = b""
    reason: str = ""
    skipped: bool = False


class Budget:
    """What one upload may still bring."""

    def __init__(self) -> None:
        self._bytes = 0
        self._files = 0

    def count_files(self, number: int) -> None:
        self._files += number
        if self._files > settings.IMPORT_MAX_FILES:
            raise UploadRefused(
                worded(
                    "This upload has more than %(limit)s files (IMPORT_MAX_FILES). "
                    "Upload it in parts.",
                    limit=Large(settings.IMPORT_MAX_FILES),
                )
            )

    def count_bytes(self, number: int) -> None:
        self._bytes += number
        if self._bytes > settings.IMPORT_MAX_BYTES:
            raise UploadRefused(
                worded(
                    "This upload holds more than %(limit)s bytes of text (IMPORT_MAX_BYTES). "
                    "Upload it in parts.",
                    limit=Large(settings.IMPORT_MAX_BYTES),
                )
            )


def members(file: IO[bytes], size: int, budget: Budget) -> Iterator[Member]:
    """The members of a zip, folders left out; raises UploadRefused when it can't be read at all."""
    _refuse_crowds(file, budget)
    try:
        archive = zipfile.ZipFile(file)
    except DAMAGED as error:
        raise UploadRefused(
            worded("The zip cannot be read: %(error)s.", error=str(error))
        ) from error
    with archive:
        infos = [info for info in archive.infolist() if not info.orig_filename.endswith("/")]
        within = EXPORTED if any(info.filename == EXPORT_MARK for info in infos) else ""
        budget.count_files(sum(info.filename.startswith(within) for info in infos))
        reader = _Reader(archive, size, budget)
        for info in infos:
            yield reader.member(info, within)


def unread(name: str) -> Member | None:
    """What is plainly no document, by its name alone."""
    parts = name.split("/")
    if "__MACOSX" in parts or parts[-1].startswith("._") or parts[-1] == ".DS_Store":
        return Member(name, reason="macOS put it there: it is no document", skipped=True)
    if name.lower().endswith(ARCHIVES):
        return Member(name, reason="it is an archive inside the upload: unpack it first")
    if not name.endswith(paths.SUFFIX):
        return Member(name, reason=f"it does not end in {paths.SUFFIX}", skipped=True)
    return None


class _Reader:
    def __init__(self, archive: zipfile.ZipFile, size: int, budget: Budget) -> None:
        self._archive = archive
        self._allowed = max(ALWAYS_ALLOWED, RATIO * size)
        self._budget = budget

    def member(self, info: zipfile.ZipInfo, within: str) -> Member:
        name = _name(info)
        if not name.startswith(within):
            reason = "it is part of an export, but not of its documents"
            return Member(name, reason=reason, skipped=True)
        name = name.removeprefix(within)
        if no_document := unread(name):
            return no_document
        if problem := _problem(info):
            return Member(name, reason=problem)
        try:
            return Member(name, self._read(info))
        except DAMAGED as error:
            return Member(name, reason=f"it is damaged in the zip: {error}")

    def _read(self, info: zipfile.ZipInfo) -> bytes:
        """One byte more than a document may have is enough to refuse it."""
        limit = settings.MAX_DOCUMENT_BYTES + 1
        data = bytearray()
        with self._archive.open(info) as source:
            while len(data) < limit and (chunk := source.read(min(CHUNK, limit - len(data)))):
                self._count(len(chunk))
                data += chunk
        return bytes(data)

    def _count(self, number: int) -> None:
        self._budget.count_bytes(number)
        self._allowed -= number
        if self._allowed < 0:
            raise UploadRefused(
                worded(
                    "The zip unpacks to more than %(ratio)s times its size: it looks like a "
                    "zip bomb, and nothing of it was taken.",
                    ratio=RATIO,
                )
            )


def _problem(info: zipfile.ZipInfo) -> str:
    if info.flag_bits & ENCRYPTED:
        return "it is encrypted: make the zip without a password"
    if stat.S_ISLNK(info.external_attr >> 16):
        return "it is a symbolic link"
    if info.compress_type not in READ_KINDS:
        return "it is compressed in an unusual way: make an ordinary zip"
    return ""


def _name(info: zipfile.ZipInfo) -> str:
    """Many programs write UTF-8 without the mark that says so; what is not that is cp437."""
    name = info.orig_filename
    if info.flag_bits & UTF8:
        return name
    try:
        return name.encode("cp437").decode("utf-8")
    except UnicodeError:
        return name


def _refuse_crowds(file: IO[bytes], budget: Budget) -> None:
    """Before the library makes an object of each entry, however many the zip says that it has."""
    found, tail = 0, b""
    file.seek(0)
    while data := file.read(CHUNK):
        found += (tail + data).count(MEMBER)
        tail = data[-(len(MEMBER) - 1) :]
    file.seek(0)
    if found > 5 * settings.IMPORT_MAX_FILES:  # folders are entries too, and an export's history
        budget.count_files(found)
