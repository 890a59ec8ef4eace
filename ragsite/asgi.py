"""The web process: the router before Django."""

import os
from typing import cast

from django.core.asgi import get_asgi_application
from django.core.exceptions import ImproperlyConfigured
from starlette.types import ASGIApp

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ragsite.settings")

django = cast(ASGIApp, get_asgi_application())

from routing.data_plane.limits import MalformedLimit  # noqa: E402 - Django's applications come first
from routing.router import Router  # noqa: E402
from routing.router_settings import configured  # noqa: E402

try:
    application = Router(configured(), django)
except MalformedLimit as error:
    raise ImproperlyConfigured(str(error)) from error
