from django.urls import URLPattern, path

from routing import api

urlpatterns: list[URLPattern] = [
    path("activate", api.ActivateSlot.as_view(), name="activate-slot"),
    path("api/versions", api.VersionList.as_view(), name="versions"),
    path("api/versions/<int:number>", api.VersionDetail.as_view(), name="version"),
    path(
        "api/versions/<int:number>/activate",
        api.ActivateVersion.as_view(),
        name="version-activate",
    ),
    path("api/versions/<int:number>/reject", api.RejectVersion.as_view(), name="version-reject"),
    path("api/versions/<int:number>/pin", api.PinVersion.as_view(), name="version-pin"),
    path("api/versions/<int:number>/unpin", api.UnpinVersion.as_view(), name="version-unpin"),
    path("api/rollback", api.Rollback.as_view(), name="rollback"),
    path("api/resume", api.Resume.as_view(), name="resume"),
    path("api/policy", api.PolicyView.as_view(), name="policy"),
    path("api/activations", api.ActivationList.as_view(), name="activations"),
]
