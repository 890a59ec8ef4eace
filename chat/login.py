"""Signing in and out, in the chat page's look; for people who have no business in the admin too.

Django's own views do the work. The pass that the chat page wants comes and goes with the session
(`access.middleware`), so these pages need not know of it.
"""

from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.contrib.auth.views import LoginView, LogoutView
from django.db import Error as DatabaseAway
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.http.response import HttpResponseBase
from django.middleware.csrf import get_token
from django.template.response import TemplateResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from access import guard, passes
from access.login_forms import ChatLogin
from chat import page

NOTICES = {"out": "signed_out", "again": "sign_in_expired"}


class SignIn(LoginView):
    """Whoever is signed in already is sent on; that is how a pass that has ended is renewed."""

    template_name = "chat/login.html"
    authentication_form = ChatLogin

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        try:
            return self._dispatch(request, *args, **kwargs)
        except DatabaseAway:
            return self._refused(request)

    def _dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if request.method == "GET" and request.user.is_authenticated:
            if not guard.will_admit(request.user):  # they would be sent back here, for ever
                return self._refused(request)
            return HttpResponseRedirect(self.get_success_url())
        response = super().dispatch(request, *args, **kwargs)
        page.finish(request, response)
        return response

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        notice = NOTICES.get(self.request.GET.get("notice", ""))
        found = super().get_context_data(**_words(self.request, notice), **kwargs)
        if wait := found["form"].wait:
            found["refused"] = _too_many(found["words"], wait)
        return found

    def form_invalid(self, form: Any) -> HttpResponse:
        response = super().form_invalid(form)
        if form.wait:
            response.status_code = 429
            response.headers["Retry-After"] = str(form.wait)
        return response

    def _refused(self, request: HttpRequest) -> HttpResponse:
        found = _words(request, "sign_in_down") | {"next": self.get_redirect_url()}
        return TemplateResponse(request, self.template_name, found, status=503)


class SignOut(LogoutView):
    """By POST alone. With the database away the browser's cookies go all the same."""

    def get_default_redirect_url(self) -> str:
        return f"{settings.LOGIN_URL}?notice=out"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            return super().dispatch(request, *args, **kwargs)
        except DatabaseAway:
            request.session.modified = False  # there is nowhere to save that it ended
            response = HttpResponseRedirect(self.get_default_redirect_url())
            for cookie in (passes.COOKIE, settings.SESSION_COOKIE_NAME):
                response.delete_cookie(cookie, samesite="Lax")
            return response


@csrf_exempt  # it gives a person nothing but what their own session gives them anyway
@require_POST
def renew(request: HttpRequest) -> HttpResponse:
    """A new pass for whoever has a session still: what the chat page tries before it asks."""
    try:
        if request.user.is_authenticated and guard.will_admit(request.user):
            return HttpResponse(status=204)
    except DatabaseAway:
        pass
    return JsonResponse({"code": "login_required", "detail": "Sign in again."}, status=401)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form from before another login: shown anew, with a word. Elsewhere Django's own page."""
    from django.views.csrf import csrf_failure as told

    if request.path == settings.LOGIN_URL:
        back = {"next": request.POST.get("next", ""), "notice": "again"}
        return HttpResponseRedirect(f"{settings.LOGIN_URL}?{urlencode(back)}")
    return told(request, reason=reason)


def _too_many(words: dict[str, str], seconds: int) -> str:
    if seconds < 90:
        return words["sign_in_too_many"].format(n=seconds, unit="s")
    return words["sign_in_too_many"].format(n=-(-seconds // 60), unit="min")


def _words(request: HttpRequest, notice: str | None) -> dict[str, Any]:
    found = page.context(request, "chat/login-page.js")
    says = found["words"][notice] if notice else ""
    return found | {
        "notice": says,
        "visitor": None,
        "csrf_token": get_token(request),
        "login_wanted": settings.CHAT_REQUIRES_LOGIN,
    }
