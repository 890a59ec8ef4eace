"""Who calls the API: a program with a token, or a logged-in session with CSRF."""

import hmac
from typing import Any

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.db.models import Model
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework import exceptions
from rest_framework.authentication import (
    BaseAuthentication,
    SessionAuthentication,
    get_authorization_header,
)
from rest_framework.request import Request

from access import tokens
from access.models import Token


class Program(AnonymousUser):
    """Whoever sends a token: somebody, but nobody who has a session."""

    is_staff = True  # type: ignore[assignment]
    is_active = True  # type: ignore[assignment]

    @property
    def is_authenticated(self) -> bool:  # type: ignore[override]
        return True

    @property
    def is_anonymous(self) -> bool:  # type: ignore[override]
        return False

    def get_username(self) -> str:
        return self.username

    def has_perms(self, perm_list: Any, obj: Model | None = None) -> bool:
        return all(self.has_perm(perm, obj) for perm in perm_list)

    def __str__(self) -> str:
        return self.username


class ControlToken(Program):
    """Whoever holds the control token: may do everything that the API offers, and is named so."""

    username = "control token"  # type: ignore[assignment]

    def has_perm(self, perm: str, obj: Model | None = None) -> bool:
        return True


class ActsFor(Program):
    """Whoever holds a token that a person made: may what the person may, and names both."""

    def __init__(self, token: Token) -> None:
        super().__init__()
        self._person = token.user
        self.username = tokens.actor(token)  # type: ignore[assignment]
        self.is_staff = token.user.is_staff  # type: ignore[assignment]

    def has_perm(self, perm: str, obj: Model | None = None) -> bool:
        return self._person.has_perm(perm, obj)


class BearerAuthentication(BaseAuthentication):
    def authenticate(self, request: Request) -> tuple[Program, None] | None:
        scheme, _, given = get_authorization_header(request).partition(b" ")
        if scheme.lower() != b"bearer":
            return None
        if hmac.compare_digest(given.strip(), settings.CONTROL_TOKEN.encode()):
            return ControlToken(), None
        token = tokens.find(given.strip().decode("latin-1"))
        if token is None:
            raise exceptions.AuthenticationFailed(
                "The bearer token is neither the control token nor one that is in force."
            )
        return ActsFor(token), None

    def authenticate_header(self, request: Request) -> str:
        return "Bearer"


class StaffSessionAuthentication(SessionAuthentication):
    """A logged-in session, with CSRF; whether it is staff, and may, the permissions decide."""


class BearerScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    target_class = "ragsite.authentication.BearerAuthentication"
    name = "bearer"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        told = "The control token, or a token made in the admin, which may what its person may."
        return {"type": "http", "scheme": "bearer", "description": told}


class StaffSessionScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    target_class = "ragsite.authentication.StaffSessionAuthentication"
    name = "staffSession"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        told = "A login in the admin; changes need the header X-CSRFToken."
        cookie = settings.SESSION_COOKIE_NAME
        return {"type": "apiKey", "in": "cookie", "name": cookie, "description": told}
