from django.urls import path

from knowledge.api import DocumentsView, DocumentView
from knowledge.export_pages import ExportView

urlpatterns = [
    path("api/export", ExportView.as_view(), name="export"),
    path("api/documents", DocumentsView.as_view(), name="documents"),
    path("api/documents/<path:path>", DocumentView.as_view(), name="document"),
]
