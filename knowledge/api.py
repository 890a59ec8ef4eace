"""The documents API: list, read (also earlier revisions and the history), save, move, delete."""

from typing import Any

from django.conf import settings
from drf_spectacular.utils import (
    OpenApiExample,
    OpenApiParameter,
    PolymorphicProxySerializer,
    extend_schema,
)
from rest_framework import status
from rest_framework.exceptions import PermissionDenied
from rest_framework.generics import GenericAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from knowledge import paths, preconditions, reading, revisions
from knowledge.errors import TooLarge
from knowledge.models import Door, Revision
from knowledge.permissions import DocumentRights
from knowledge.serializers import (
    DocumentSerializer,
    DocumentTextSerializer,
    ErrorSerializer,
    ExpectedSerializer,
    HistorySerializer,
    ListedSerializer,
    MoveSerializer,
    RevisionSerializer,
    SaveSerializer,
    WantedSerializer,
)

# JSON may write one byte as \u00XX; the rest is for the object around the text.
JSON_GROWTH = 6
JSON_AROUND = 1000

PATH = OpenApiParameter(
    "path",
    {"type": "string", "pattern": paths.PATTERN, "maxLength": paths.MAX_PART_BYTES},
    OpenApiParameter.PATH,
    description="Relative to the knowledge folder: ops/intro.md",
)
DOCUMENT_OR_HISTORY = PolymorphicProxySerializer(
    "DocumentOrHistory", [DocumentTextSerializer, HistorySerializer], resource_type_field_name=None
)
REFUSED = dict.fromkeys((400, 401, 403, 404), ErrorSerializer)
CONFLICT = {409: ErrorSerializer, 412: ErrorSerializer}
SAVE = OpenApiExample(
    "Save over revision 3", {"body": "# Intro\n\nHello.\n", "revision": 3}, request_only=True
)
MOVE = OpenApiExample("Move", {"path": "ops/start.md", "revision": 3}, request_only=True)


class DocumentsView(GenericAPIView[Revision]):
    """The live documents, by path."""

    permission_classes = [DocumentRights]
    metadata_class = None  # OPTIONS has nothing to say that the schema does not
    serializer_class = DocumentSerializer

    @extend_schema(
        operation_id="documents_list",
        parameters=[ListedSerializer],
        responses={200: DocumentSerializer(many=True), **REFUSED},
    )
    def get(self, request: Request) -> Response:
        wanted = ListedSerializer(data=request.query_params)
        wanted.is_valid(raise_exception=True)
        return _page(self, reading.listed(**wanted.validated_data), DocumentSerializer)


class DocumentView(GenericAPIView[Revision]):
    """One document, by its path."""

    permission_classes = [DocumentRights]
    metadata_class = None  # OPTIONS has nothing to say that the schema does not
    serializer_class = DocumentTextSerializer

    @extend_schema(
        operation_id="documents_read",
        parameters=[PATH, WantedSerializer, preconditions.IF_NONE_MATCH],
        responses={200: DOCUMENT_OR_HISTORY, 304: None, **REFUSED, 412: ErrorSerializer},
    )
    def get(self, request: Request, path: str) -> Response:
        """The live text, an earlier one (`revision`), or the list of all revisions (`history`)."""
        wanted = WantedSerializer(data=request.query_params)
        wanted.is_valid(raise_exception=True)
        if wanted.validated_data.get("history"):
            return _page(self, revisions.history(path), RevisionSerializer)
        number = wanted.validated_data.get("revision")
        found = revisions.at(path, number) if number else revisions.get(path)
        if preconditions.is_known(request._request, found):
            return Response(status=status.HTTP_304_NOT_MODIFIED, headers=_headers(found))
        return _told(found)

    @extend_schema(
        operation_id="documents_save",
        parameters=[PATH, preconditions.IF_MATCH, preconditions.IF_NONE_MATCH],
        request=SaveSerializer,
        examples=[SAVE],
        responses={
            200: DocumentTextSerializer,
            201: DocumentTextSerializer,
            **REFUSED,
            **CONFLICT,
            413: ErrorSerializer,
        },
    )
    def put(self, request: Request, path: str) -> Response:
        """Save a text exactly as given; the same text again changes nothing."""
        _refuse_large(request)
        wanted = SaveSerializer(data=request.data)
        wanted.is_valid(raise_exception=True)
        if not request.user.has_perm("knowledge.add_document") and not revisions.is_live(path):
            raise PermissionDenied("You may change documents, but not add one.")
        stated = wanted.validated_data.get("revision")
        with preconditions.expected(request._request, path, stated) as expected:
            saved = revisions.save(
                path, wanted.validated_data["body"], expected=expected, **_who(request)
            )
        return _told(saved.revision, 201 if saved.created else 200)

    @extend_schema(
        operation_id="documents_move",
        parameters=[PATH, preconditions.IF_MATCH],
        request=MoveSerializer,
        examples=[MOVE],
        responses={200: DocumentTextSerializer, **REFUSED, **CONFLICT},
    )
    def patch(self, request: Request, path: str) -> Response:
        """Move the document to another path, with its history; a quarantine stays in force."""
        wanted = MoveSerializer(data=request.data)
        wanted.is_valid(raise_exception=True)
        new_path, stated = wanted.validated_data["path"], wanted.validated_data.get("revision")
        with preconditions.expected(request._request, path, stated) as expected:
            moved = revisions.move(path, new_path, expected=expected, **_who(request))
        return _told(moved.revision)

    @extend_schema(
        operation_id="documents_delete",
        parameters=[PATH, ExpectedSerializer, preconditions.IF_MATCH],
        responses={204: None, **REFUSED, **CONFLICT},
    )
    def delete(self, request: Request, path: str) -> Response:
        """Delete the document; its history stays, and saving an earlier text brings it back."""
        wanted = ExpectedSerializer(data=request.query_params)
        wanted.is_valid(raise_exception=True)
        stated = wanted.validated_data.get("revision")
        with preconditions.expected(request._request, path, stated) as expected:
            revisions.delete(path, expected=expected, **_who(request))
        return Response(status=status.HTTP_204_NO_CONTENT)


def _who(request: Request) -> dict[str, Any]:
    return {"actor": request.user.get_username(), "door": Door.API}


def _told(revision: Revision, code: int = status.HTTP_200_OK) -> Response:
    return Response(DocumentTextSerializer(revision).data, code, headers=_headers(revision))


def _headers(revision: Revision) -> dict[str, str]:
    """Kept by the caller, who asks each time whether it still holds."""
    return {"ETag": preconditions.etag(revision), "Cache-Control": "private, no-cache"}


def _page(view: GenericAPIView[Revision], found: Any, serializer: Any) -> Response:
    page = view.paginate_queryset(found)
    return view.get_paginated_response(serializer(page, many=True).data)


def _refuse_large(request: Request) -> None:
    """Before the body is read: what cannot hold a document within the limit is not parsed."""
    limit = settings.MAX_DOCUMENT_BYTES
    try:
        length = int(request.META.get("CONTENT_LENGTH") or 0)
    except ValueError:
        length = 0
    if length > limit * JSON_GROWTH + JSON_AROUND:
        raise TooLarge(f"The request has {length:,} bytes; a document may have {limit:,}.")
