"""A document's text is kept byte for byte; here is what counts as text, and how it is compared.

A byte order mark and the newlines are part of the text, so that a file comes back as it was.
"""

import hashlib
import re

from django.conf import settings

from knowledge.errors import NotText, TooLarge
from retrieval.messages import Large, worded

_ENDING = re.compile(r"\r\n|\r|\n")


def digest(body: str) -> str:
    return hashlib.sha256(body.encode()).hexdigest()


def decode(data: bytes) -> str:
    """The text of a file's bytes; raises TooLarge or NotText."""
    refuse_size(len(data))
    try:
        body = data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise NotText(
            worded(
                "it is not UTF-8 text (byte %(byte)s at offset %(offset)s)",
                byte=f"0x{data[error.start]:02x}",
                offset=error.start,
            )
        ) from error
    refuse_nul(body)
    return body


def check(body: str) -> None:
    """Refuse what cannot be kept as a document: TooLarge or NotText."""
    try:
        data = body.encode()
    except UnicodeEncodeError as error:
        raise NotText(
            worded("it holds half a character (a surrogate) at %(offset)s", offset=error.start)
        ) from error
    refuse_size(len(data))
    refuse_nul(body)


def refuse_size(size: int) -> None:
    limit: int = settings.MAX_DOCUMENT_BYTES
    if size > limit:
        raise TooLarge(
            worded(
                "it has %(size)s bytes; the limit is %(limit)s (MAX_DOCUMENT_BYTES)",
                size=Large(size),
                limit=Large(limit),
            )
        )


def refuse_nul(body: str) -> None:
    position = body.find("\0")
    if position >= 0:
        raise NotText(worded("it holds a NUL character at %(offset)s", offset=position))


def with_newlines_of(earlier: str, posted: str) -> str:
    """The text of a form (which posts every newline as CRLF) with the earlier text's newlines.

    An unchanged text comes back exactly, mixed newlines and all; a changed one takes the newline
    that the earlier text uses most, LF when it has none.
    """
    typed = _ENDING.sub("\n", posted)
    if typed == _ENDING.sub("\n", earlier):
        return earlier
    endings = _ENDING.findall(earlier)
    usual = max(("\n", "\r\n", "\r"), key=endings.count)
    return typed if usual == "\n" else typed.replace("\n", usual)
