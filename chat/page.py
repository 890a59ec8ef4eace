"""What every page here has: its words in one language, and who is looking at it."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.middleware.csrf import get_token
from django.utils.cache import patch_cache_control, patch_vary_headers
from django.utils.translation import get_language

from access import guard
from access.passes import Pass
from chat.modules import needed
from chat.words import WORDS

YEAR = 365 * 24 * 3600


def visitor(request: HttpRequest) -> Pass | None:
    """Who is signed in, by their pass alone; None where no login is asked for."""
    return guard.visitor(request.COOKIES) if settings.CHAT_REQUIRES_LOGIN else None


def language(request: HttpRequest) -> str:
    return _asked(request) or _preferred()


def context(request: HttpRequest, script: str, **more: Any) -> dict[str, Any]:
    spoken = language(request)
    who = visitor(request)
    return {
        "language": spoken,
        "other_languages": [code for code in WORDS if code != spoken],
        "kept_query": _kept_query(request),
        "words": WORDS[spoken],
        "script": script,
        "modules": needed(script),
        "visitor": who,
        "csrf_token": get_token(request) if who else None,  # for "Sign out"
        "admin_link": who is None or who.is_staff,
        **more,
    }


def finish(request: HttpRequest, response: HttpResponseBase) -> None:
    """A page in one language, for one person: nobody else's cache may give it."""
    patch_vary_headers(response, ["Accept-Language", "Cookie"])
    patch_cache_control(response, no_cache=True, private=True)
    if chosen := _asked(request):
        response.set_cookie(settings.LANGUAGE_COOKIE_NAME, chosen, max_age=YEAR, samesite="Lax")


def _kept_query(request: HttpRequest) -> str:
    """What the link to the other language keeps of the address."""
    kept = request.GET.copy()
    kept.pop("lang", None)
    return kept.urlencode()


def _asked(request: HttpRequest) -> str:
    asked = request.GET.get("lang", "")
    return asked if asked in WORDS else ""


def _preferred() -> str:
    """What LocaleMiddleware read from the language cookie or Accept-Language."""
    preferred = (get_language() or "en").split("-")[0]
    return preferred if preferred in WORDS else "en"
