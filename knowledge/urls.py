from django.urls import path

from knowledge.api import DocumentsView, DocumentView
from knowledge.export_pages import ExportView
from knowledge.quarantine_api import QuarantineList, ReleaseView

urlpatterns = [
    path("api/export", ExportView.as_view(), name="export"),
    path("api/documents", DocumentsView.as_view(), name="documents"),
    path("api/documents/<path:path>", DocumentView.as_view(), name="document"),
    path("api/quarantine", QuarantineList.as_view(), name="quarantine"),
    path("api/quarantine/<path:path>/release", ReleaseView.as_view(), name="release"),
]
