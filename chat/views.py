"""The chat page and the page of one source.

Both are served with the database dead: nothing here may touch `request.user`, the session, the
messages or a CSRF token, so the templates are rendered without the request's context processors.
"""

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils.cache import patch_cache_control, patch_vary_headers
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from chat.modules import needed
from chat.words import WORDS

YEAR = 365 * 24 * 3600


@require_safe
def ask(request: HttpRequest) -> HttpResponse:
    """The chat page; `?q=` fills in the composer and never submits."""
    context = {"question": request.GET.get("q", ""), "script": "chat/main.js"}
    return _page(request, "chat/ask.html", context)


@require_safe
def source(request: HttpRequest, document: str) -> HttpResponse:
    """One document at `?version=`; its script reads the passage to mark from the fragment."""
    version = request.GET.get("version", "")
    if not (version.isascii() and version.isdigit()):
        version = ""
    context = {"document": document, "version": version, "script": "chat/source-page.js"}
    return _page(request, "chat/source.html", context)


def _page(request: HttpRequest, template: str, context: dict[str, Any]) -> HttpResponse:
    asked = request.GET.get("lang", "")
    language = asked if asked in WORDS else _preferred()
    context |= {
        "language": language,
        "other_languages": [code for code in WORDS if code != language],
        "words": WORDS[language],
        "modules": needed(context["script"]),
    }
    response = HttpResponse(render_to_string(template, context))
    patch_vary_headers(response, ["Accept-Language", "Cookie"])
    patch_cache_control(response, no_cache=True)
    if asked in WORDS:
        response.set_cookie(settings.LANGUAGE_COOKIE_NAME, asked, max_age=YEAR, samesite="Lax")
    return response


def _preferred() -> str:
    """What LocaleMiddleware read from the language cookie or Accept-Language."""
    language = (get_language() or "en").split("-")[0]
    return language if language in WORDS else "en"
