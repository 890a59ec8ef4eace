from django.urls import path

from knowledge.api import DocumentsView, DocumentView

urlpatterns = [
    path("api/documents", DocumentsView.as_view(), name="documents"),
    path("api/documents/<path:path>", DocumentView.as_view(), name="document"),
]
