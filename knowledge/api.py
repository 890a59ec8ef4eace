"""The documents API: list, read (also earlier revisions and the history), save, delete."""

from typing import Any

from django.conf import settings
from drf_spectacular.utils import OpenApiParameter, PolymorphicProxySerializer, extend_schema
from rest_framework import status
from rest_framework.exceptions import PermissionDenied
from rest_framework.generics import GenericAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from knowledge import paths, revisions
from knowledge.errors import TooLarge
from knowledge.models import Door, Revision
from knowledge.permissions import DocumentRights
from knowledge.serializers import (
    DocumentSerializer,
    DocumentTextSerializer,
    ErrorSerializer,
    HistorySerializer,
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
CONFLICT = {409: ErrorSerializer}


class DocumentsView(GenericAPIView[Revision]):
    """The live documents, by path."""

    permission_classes = [DocumentRights]
    metadata_class = None  # OPTIONS has nothing to say that the schema does not
    serializer_class = DocumentSerializer

    @extend_schema(
        operation_id="documents_list", responses={200: DocumentSerializer(many=True), **REFUSED}
    )
    def get(self, request: Request) -> Response:
        return _page(self, revisions.live_revisions(), DocumentSerializer)


class DocumentView(GenericAPIView[Revision]):
    """One document, by its path."""

    permission_classes = [DocumentRights]
    metadata_class = None  # OPTIONS has nothing to say that the schema does not
    serializer_class = DocumentTextSerializer

    @extend_schema(
        operation_id="documents_read",
        parameters=[PATH, WantedSerializer],
        responses={200: DOCUMENT_OR_HISTORY, **REFUSED},
    )
    def get(self, request: Request, path: str) -> Response:
        """The live text, an earlier one (`revision`), or the list of all revisions (`history`)."""
        wanted = WantedSerializer(data=request.query_params)
        wanted.is_valid(raise_exception=True)
        if wanted.validated_data.get("history"):
            return _page(self, revisions.history(path), RevisionSerializer)
        number = wanted.validated_data.get("revision")
        found = revisions.at(path, number) if number else revisions.get(path)
        return Response(DocumentTextSerializer(found).data)

    @extend_schema(
        operation_id="documents_save",
        parameters=[PATH],
        request=SaveSerializer,
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
        saved = revisions.save(
            path,
            wanted.validated_data["body"],
            actor=request.user.get_username(),
            door=Door.API,
            expected=wanted.validated_data.get("revision"),
        )
        code = status.HTTP_201_CREATED if saved.created else status.HTTP_200_OK
        return Response(DocumentTextSerializer(saved.revision).data, code)

    @extend_schema(
        operation_id="documents_delete", parameters=[PATH], responses={204: None, **REFUSED}
    )
    def delete(self, request: Request, path: str) -> Response:
        """Delete the document; its history stays."""
        revisions.delete(path, actor=request.user.get_username(), door=Door.API)
        return Response(status=status.HTTP_204_NO_CONTENT)


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
