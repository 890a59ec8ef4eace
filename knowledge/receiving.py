"""The files of an upload as the browser sends them: with their paths, into one temporary file.

Django's own parser keeps a file's last name alone, and makes a temporary file for each; a folder of
thousands comes with its paths, and is one file here.
"""

import html
import io
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from types import TracebackType
from typing import Any

from django.conf import settings
from django.core.files.uploadhandler import FileUploadHandler
from django.http import HttpRequest
from django.http.multipartparser import MultiPartParser

CHUNK = 64 * 1024


class _PathsKept(MultiPartParser):
    def sanitize_file_name(self, file_name: str) -> str:
        """What the browser calls it: judged later, and never a name in our file system."""
        return html.unescape(file_name)


@dataclass(slots=True)
class Received:
    """One file: `spool[offset:offset + size]`."""

    name: str
    offset: int
    size: int = 0


class Spool(FileUploadHandler):
    """What was uploaded, until the block ends: nothing is left on disk, whatever happens."""

    chunk_size = CHUNK

    def __init__(self) -> None:
        super().__init__()
        settings.IMPORTS_DIR.mkdir(parents=True, exist_ok=True)
        self._file = tempfile.TemporaryFile(dir=settings.IMPORTS_DIR)  # noqa: SIM115 - closed on exit
        self.files: list[Received] = []

    def __enter__(self) -> "Spool":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._file.close()

    def take(self, request: HttpRequest) -> None:
        """Have the request's files come here; before anything looks at its POST."""

        def parse(META: dict[str, Any], post_data: Any) -> Any:
            return _PathsKept(META, post_data, [self], request.encoding).parse()

        request.parse_file_upload = parse  # type: ignore[method-assign, assignment]

    def new_file(self, field_name: str, file_name: str, *args: Any, **more: Any) -> None:
        super().new_file(field_name, file_name, *args, **more)
        self.files.append(Received(file_name, self._file.tell()))

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        self._file.write(raw_data)

    def file_complete(self, file_size: int) -> None:
        self.files[-1].size = file_size

    def chunks(self, received: Received) -> Iterator[bytes]:
        self._file.seek(received.offset)
        left = received.size
        while left and (data := self._file.read(min(left, CHUNK))):
            left -= len(data)
            yield data

    def read(self, received: Received, limit: int) -> bytes:
        """Its first `limit` bytes."""
        self._file.seek(received.offset)
        return self._file.read(min(received.size, limit))

    def copy(self, received: Received) -> io.BufferedRandom:
        """A temporary file of its own, for who must seek in it."""
        copied = tempfile.TemporaryFile(dir=settings.IMPORTS_DIR)  # noqa: SIM115 - the caller's
        for data in self.chunks(received):
            copied.write(data)
        copied.seek(0)
        return copied
