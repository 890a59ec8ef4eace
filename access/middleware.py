"""The pass follows the session: given at login, renewed while it lives, taken back at logout."""

from collections.abc import Callable
from contextlib import suppress

from django.conf import settings
from django.db import Error as DatabaseAway
from django.http import HttpRequest, HttpResponse

from access import passes


class PassFollowsSession:
    """Only where the answer looked at the session: other pages are served without a database."""

    async_capable = False
    sync_capable = True

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if settings.CHAT_REQUIRES_LOGIN and request.session.accessed:
            with suppress(DatabaseAway):  # then the pass stays as it is
                _renew(request, response)
        return response


def _renew(request: HttpRequest, response: HttpResponse) -> None:
    held = passes.in_cookies(request.COOKIES)
    if not request.user.is_authenticated:
        if held:
            response.delete_cookie(passes.COOKIE, samesite="Lax")
    elif not held or not passes.is_fresh(held, request.user):
        response.set_cookie(
            passes.COOKIE,
            passes.issue(request.user),
            max_age=passes.lifetime(),
            secure=request.is_secure(),
            httponly=True,
            samesite="Lax",
        )
