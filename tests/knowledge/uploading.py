"""Uploads as browsers and as archivers make them."""

import io
import stat
import zipfile
from collections.abc import Iterable
from typing import Any

from django.test import Client
from django.urls import reverse

from knowledge import uploads
from knowledge.import_models import Import
from knowledge.receiving import Spool
from knowledge.uploads import Wanted

UPLOAD = reverse("admin:knowledge_import")
BOUNDARY = "xxxxxxxx"


def preview(files: Iterable[tuple[str, bytes]], **wanted: Any) -> Import:
    with Spool() as spool:
        for name, data in files:
            spool.new_file("files", name, "", 0)
            spool.receive_data_chunk(data, 0)
            spool.file_complete(len(data))
        return uploads.preview(spool, Wanted(**wanted), actor="alice")


def post(client: Client, files: Iterable[tuple[str, bytes]], **fields: str) -> Any:
    """As a browser does, names with their folders: Django's own test client cuts these off."""
    parts = [_part(f'name="{name}"', value.encode()) for name, value in fields.items()]
    parts += [_part(f'name="files"; filename="{name}"', data) for name, data in files]
    body = b"".join(parts) + f"--{BOUNDARY}--\r\n".encode()
    return client.post(UPLOAD, body, content_type=f"multipart/form-data; boundary={BOUNDARY}")


def _part(disposition: str, data: bytes) -> bytes:
    head = f"--{BOUNDARY}\r\nContent-Disposition: form-data; {disposition}\r\n\r\n"
    return head.encode() + data + b"\r\n"


def zipped(files: Iterable[tuple[str | zipfile.ZipInfo, bytes]]) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files:
            archive.writestr(name, data)
    return made.getvalue()


def link(name: str) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name)
    info.create_system = 3
    info.external_attr = (stat.S_IFLNK | 0o777) << 16
    return info


def fates(upload: Import) -> dict[str, str]:
    return dict(upload.files.values_list("path", "fate"))


def outcomes(upload: Import) -> dict[str, str]:
    return dict(upload.files.values_list("path", "outcome"))


def reason(upload: Import, path: str) -> str:
    return upload.files.get(path=path).reason
