from django.urls import URLPattern, path

from builder.api import StatusView

urlpatterns: list[URLPattern] = [
    path("api/status", StatusView.as_view(), name="status"),
]
