"""Where knowledge's own pages are in the admin: they are no list or form of Django's."""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.urls import URLPattern, path
from unfold.admin import ModelAdmin

from knowledge import (
    bulk_pages,
    conflict_pages,
    export_pages,
    folder_page,
    history_pages,
    undo_pages,
)

View = Callable[..., HttpResponseBase]


def urls(admin: ModelAdmin) -> list[URLPattern]:
    def page(view: View) -> View:
        def shown(request: HttpRequest, **kwargs: Any) -> HttpResponseBase:
            return view(request, admin, **kwargs)

        wrapped: View = admin.admin_site.admin_view(shown)
        return wrapped

    return [
        path("export/", page(export_pages.export_page), name="knowledge_export"),
        path("export/zip/", page(export_pages.download), name="knowledge_export_download"),
        path("conflicts/", page(conflict_pages.conflicts_page), name="knowledge_conflicts"),
        path(
            "conflicts/<int:revision>/",
            page(conflict_pages.conflict_page),
            name="knowledge_conflict",
        ),
        path("folder/", page(folder_page.folder_page), name="knowledge_folder"),
        path("folder/confirm/", page(folder_page.confirm_page), name="knowledge_folder_confirm"),
        path("bulk/<uuid:pk>/", page(bulk_pages.bulk_page), name="knowledge_bulk"),
        path(
            "bulk/<uuid:pk>/progress/",
            page(bulk_pages.progress_view),
            name="knowledge_bulk_progress",
        ),
        path("undo/", page(undo_pages.undo_page), name="knowledge_undo"),
        path(
            "<int:document>/restore/<int:revision>/",
            page(history_pages.restore_page),
            name="knowledge_restore",
        ),
    ]
