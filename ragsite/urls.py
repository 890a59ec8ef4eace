"""Which package answers where. The router answers its own paths before Django (ragsite/asgi.py)."""

from django.contrib import admin
from django.urls import include, path
from django.utils.translation import gettext_lazy as _
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerView

admin.site.index_template = "ragsite/home.html"
admin.site.index_title = _("Overview")

urlpatterns = [
    path("admin/", admin.site.urls),
    path("api/schema/", SpectacularAPIView.as_view(), name="schema"),
    path("api/docs/", SpectacularSwaggerView.as_view(url_name="schema"), name="docs"),
    path("", include("knowledge.urls")),
    path("", include("questions.urls")),
    path("", include("builder.urls")),
    path("", include("routing.urls")),
    path("", include("routing.public_urls")),
    path("", include("chat.urls")),
]

handler400 = "ragsite.errors.bad_request"
handler403 = "ragsite.errors.forbidden"
handler404 = "ragsite.errors.not_found"
handler500 = "ragsite.errors.server_error"
