from django.urls import path

from questions import api

urlpatterns = [
    path("api/gaps", api.GapList.as_view(), name="gaps"),
    path("api/gaps/<int:gap>", api.GapDetail.as_view(), name="gap"),
    path("api/gaps/<int:gap>/dismiss", api.DismissGap.as_view(), name="gap-dismiss"),
    path("api/gaps/<int:gap>/reopen", api.ReopenGap.as_view(), name="gap-reopen"),
]
