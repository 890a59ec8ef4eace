"""Who calls the API: the holder of the control token, or a logged-in session with CSRF."""

import hmac
from typing import Any

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework import exceptions
from rest_framework.authentication import (
    BaseAuthentication,
    SessionAuthentication,
    get_authorization_header,
)
from rest_framework.request import Request


class ControlToken(AnonymousUser):
    """Whoever holds the control token: may do everything that the API offers, and is named so."""

    username = "control token"  # type: ignore[assignment]
    is_staff = True  # type: ignore[assignment]
    is_active = True  # type: ignore[assignment]

    @property
    def is_authenticated(self) -> bool:  # type: ignore[override]
        return True

    @property
    def is_anonymous(self) -> bool:  # type: ignore[override]
        return False

    def has_perm(self, perm: str, obj: object = None) -> bool:
        return True

    def has_perms(self, perm_list: Any, obj: object = None) -> bool:
        return True

    def get_username(self) -> str:
        return self.username

    def __str__(self) -> str:
        return self.username


class ControlTokenAuthentication(BaseAuthentication):
    def authenticate(self, request: Request) -> tuple[ControlToken, None] | None:
        scheme, _, token = get_authorization_header(request).partition(b" ")
        if scheme.lower() != b"bearer":
            return None
        if not hmac.compare_digest(token.strip(), settings.CONTROL_TOKEN.encode()):
            raise exceptions.AuthenticationFailed("The bearer token is not the control token.")
        return ControlToken(), None

    def authenticate_header(self, request: Request) -> str:
        return "Bearer"


class StaffSessionAuthentication(SessionAuthentication):
    """A logged-in session, with CSRF; whether it is staff, and may, the permissions decide."""


class ControlTokenScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    target_class = "ragsite.authentication.ControlTokenAuthentication"
    name = "controlToken"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        return {"type": "http", "scheme": "bearer"}


class StaffSessionScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    target_class = "ragsite.authentication.StaffSessionAuthentication"
    name = "staffSession"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        return {"type": "apiKey", "in": "cookie", "name": settings.SESSION_COOKIE_NAME}
