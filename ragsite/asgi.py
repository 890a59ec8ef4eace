"""The web process: the router before Django."""

import os
from typing import cast

from django.core.asgi import get_asgi_application
from django.core.exceptions import ImproperlyConfigured
from starlette.types import ASGIApp

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ragsite.settings")

unbounded = cast(ASGIApp, get_asgi_application())

# Django's applications come first.
from django.conf import settings  # noqa: E402

from ragsite.bodies import BoundedBodies  # noqa: E402
from routing.data_plane.limits import MalformedLimit  # noqa: E402
from routing.router import Router  # noqa: E402
from routing.router_settings import configured  # noqa: E402

django = BoundedBodies(
    unbounded, document=settings.MAX_DOCUMENT_BYTES, upload=settings.IMPORT_MAX_BYTES
)
try:
    application = Router(configured(), django)
except MalformedLimit as error:
    raise ImproperlyConfigured(str(error)) from error
