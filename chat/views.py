"""The chat page and the page of one source.

Both are served with the database dead: nothing here may touch `request.user`, the session or the
messages, so the templates are rendered without the request's context processors. Where a login is
asked for, the pass (a signed cookie) says who looks.
"""

from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.loader import render_to_string
from django.views.decorators.http import require_safe

from chat import page, sources


@require_safe
def ask(request: HttpRequest) -> HttpResponse:
    """The chat page; `?q=` fills in the composer and never submits."""
    if _needs_login(request):
        return _to_login(request)
    question = request.GET.get("q", "")
    return _page(request, "chat/ask.html", "chat/main.js", question=question, here="ask")


@require_safe
def source(request: HttpRequest, document: str) -> HttpResponse:
    """One document at `?version=`, with `quote` marked in it."""
    if _needs_login(request):
        return _to_login(request)
    status, shown = sources.context(request, document, page.language(request))
    return _page(request, "chat/source.html", "chat/source-page.js", status, **shown)


def _needs_login(request: HttpRequest) -> bool:
    return bool(settings.CHAT_REQUIRES_LOGIN) and page.visitor(request) is None


def _to_login(request: HttpRequest) -> HttpResponse:
    back = urlencode({"next": request.get_full_path()})
    return HttpResponseRedirect(f"{settings.LOGIN_URL}?{back}")


def _page(
    request: HttpRequest, template: str, script: str, status: int = 200, **more: Any
) -> HttpResponse:
    found = page.context(request, script, **more)
    response = HttpResponse(render_to_string(template, found), status=status)
    page.finish(request, response)
    return response
