"""ETag, If-Match and If-None-Match of the documents API, as Django reads RFC 9110.

A text is saved under the revision that was looked at, so that what another saves between the look
and the save is met there, and told as what it is: the precondition no longer holds.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from django.http import HttpRequest
from django.utils.cache import get_conditional_response
from django.utils.http import parse_etags
from drf_spectacular.utils import OpenApiParameter
from rest_framework.exceptions import ValidationError

from knowledge import reading
from knowledge.errors import DocumentNotFound, PreconditionFailed, StaleRevision
from knowledge.models import Revision

IF_MATCH = OpenApiParameter(
    "If-Match", str, OpenApiParameter.HEADER,
    description="The ETag that you read; 412 when another revision is live by now.",
)  # fmt: skip
IF_NONE_MATCH = OpenApiParameter(
    "If-None-Match", str, OpenApiParameter.HEADER,
    description="GET: 304 when the ETag is still this. PUT: `*` for a document that is not there.",
)  # fmt: skip
HEADERS = ("If-Match", "If-None-Match")


def etag(revision: Revision) -> str:
    return f'"{revision.number}-{revision.sha256}"'


def is_known(request: HttpRequest, revision: Revision) -> bool:
    """Of a read: whether the caller has this text already; raises PreconditionFailed."""
    _refuse_malformed(request)
    answer = get_conditional_response(request, etag=etag(revision))
    if answer is not None and answer.status_code == 412:
        raise PreconditionFailed(_words(revision))
    return answer is not None


@contextmanager
def expected(request: HttpRequest, path: str, stated: int | None) -> Iterator[int | None]:
    """The revision to save over: as the headers want it, else as `stated`."""
    if not any(name in request.headers for name in HEADERS):
        yield stated
        return
    _refuse_malformed(request)
    live = _live(path)
    if get_conditional_response(request, etag=etag(live) if live else None) is not None:
        raise PreconditionFailed(_words(live))
    number = live.number if live else 0
    if stated is not None and stated != number:
        yield stated
        return
    try:
        yield number
    except StaleRevision as error:
        raise PreconditionFailed(str(error)) from error


def _live(path: str) -> Revision | None:
    try:
        return reading.get(path)
    except DocumentNotFound:
        return None


def _refuse_malformed(request: HttpRequest) -> None:
    """Django passes over what it can't read; an If-Match passed over would be a save unasked."""
    for name in HEADERS:
        if name in request.headers and not parse_etags(request.headers[name]):
            raise ValidationError(f'{name} is not an ETag, such as "3-9f86…" with its quotes.')


def _words(live: Revision | None) -> str:
    if live is None:
        return "There is no such document now."
    return (
        f"{live.path} is at revision {live.number}, saved by {live.saved_by} at "
        f"{live.saved_at:%Y-%m-%d %H:%M:%S} UTC; that is not what the headers want."
    )
