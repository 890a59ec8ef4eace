"""The page that says what an export holds, and the download itself, for admin and API alike."""

import re
from collections.abc import Iterable
from typing import Any

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.views import APIView
from unfold.admin import ModelAdmin

from knowledge import exporting, revisions
from knowledge.models import Revision
from knowledge.page_parts import render, require
from knowledge.serializers import ErrorSerializer
from knowledge.shown import username

EXPORT = "knowledge.export_documents"
SHOWN = 5

# What Windows keeps for itself, writes otherwise, or does not tell apart.
_WINDOWS = re.compile(
    r'[<>:"\\|?*]|[ .](?:/|$)|(?:^|/)(?:con|prn|aux|nul|com[0-9]|lpt[0-9])(?:\.|/|$)', re.I
)


def export_page(request: HttpRequest, admin: ModelAdmin) -> HttpResponse:
    require(request, EXPORT)
    paths = list(revisions.live().order_by("path").values_list("path", flat=True))
    unfit = windows_trouble(paths)
    page = {
        "title": _("Export the knowledge base"),
        "documents": len(paths),
        "revisions": Revision.objects.filter(deleted=False).count(),
        "unfit": unfit[:SHOWN],
        "more_unfit": max(0, len(unfit) - SHOWN),
    }
    return render(request, admin, "knowledge/export.html", page)


def download(request: HttpRequest, admin: ModelAdmin) -> StreamingHttpResponse:
    require(request, EXPORT)
    return exporting.response(username(request))


def windows_trouble(paths: Iterable[str]) -> list[str]:
    """The paths that Windows cannot unpack as they are, or that fall together there."""
    found, folded = [], set()
    for path in paths:
        if _WINDOWS.search(path) or path.casefold() in folded:
            found.append(path)
        folded.add(path.casefold())
    return found


class ExportRights(BasePermission):
    def has_permission(self, request: Request, view: Any) -> bool:
        return bool(request.user and request.user.is_staff and request.user.has_perm(EXPORT))


class ExportView(APIView):
    """The whole knowledge base with its history."""

    permission_classes = [ExportRights]
    metadata_class = None  # OPTIONS has nothing to say that the schema does not

    @extend_schema(
        operation_id="export",
        responses={
            (200, "application/zip"): OpenApiTypes.BINARY,
            401: ErrorSerializer,
            403: ErrorSerializer,
        },
    )
    def get(self, request: Request) -> StreamingHttpResponse:
        """A zip: documents/, history/, and history.jsonl with who, when and through which door."""
        return exporting.response(request.user.get_username())
