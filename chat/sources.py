"""One document as a version held it, with the quoted passage marked: read from the router and drawn
here, so that a citation's link needs no JavaScript. The chat page's panel shows this same page."""

import html
import posixpath
import re
from datetime import UTC, date, datetime
from typing import Any
from urllib.parse import unquote, urlencode, urlsplit

from django.http import HttpRequest
from django.urls import reverse
from django.utils import translation
from django.utils.formats import date_format

from chat.words import WORDS, counted
from routing.router_view import Read, read_from_router

QUOTE = ("quote", "until", "section")
LINK = re.compile(r'<a href="([^"]*)"')


def context(request: HttpRequest, document: str, language: str) -> tuple[int, dict[str, Any]]:
    """The status, and what the template shows: the document, or why it can't be and the quote."""
    words = WORDS[language]
    version = _number(request.GET.get("version", ""))
    found, note = _found(request, document, version, words)
    quote = request.GET.get("quote", "")
    until = request.GET.get("until", "")
    more = {"document": document, "version": version, "data": _address(document, version)}
    if found.status != 200:
        trouble = words.get(f"gone_{found.status}", words["source_failed"])
        said = trouble.format(version=version)
        return found.status, more | {
            "trouble": f"{said} {words['quoted']}" if quote else said,
            "quote": f"{quote} … {until}" if until else quote,
            "now": _page(document) if found.status == 410 else "",
        }
    held = found.content
    missing = quote and not held["quote_found"]
    return 200, more | {
        "title": held["title"],
        "facts": _facts(held, words),
        "note": note,
        "missing": missing,
        "quote": quote if missing else "",
        "excerpt": not held["whole"],
        "html": _linked(held["html"], document, held["version"]),
        **_review(held, language),
    }


def _found(
    request: HttpRequest, document: str, version: str, words: dict[str, str]
) -> tuple[Read, str]:
    """The document, and a word where the version is gone but what is served has that revision."""
    wanted = {name: request.GET.get(name, "") for name in QUOTE}
    path = f"/api/sources/{document}"
    if not version:
        return read_from_router(request, path, wanted), ""
    found = read_from_router(request, path, wanted | {"version": version})
    if found.status == 410 and (revision := _number(request.GET.get("revision", ""))):
        served = read_from_router(request, path, wanted)
        if served.status == 200 and str(served.content["revision"]) == revision:
            new = served.content["version"]
            return served, words["kept_by"].format(version=version, new=new)
    return found, ""


def _number(text: str) -> str:
    return text if text.isascii() and text.isdigit() else ""


def _facts(held: dict[str, Any], words: dict[str, str]) -> str:
    revision = words["revision"].format(n=held["revision"])
    version = words["version"].format(version=held["version"])
    return " · ".join([held["document"], revision, version])


def _review(held: dict[str, Any], language: str) -> dict[str, str]:
    """Until when it may be trusted and who answers for it, each where the document says."""
    words = WORDS[language]
    due = date.fromisoformat(held["review_by"]) if held.get("review_by") else None
    owner = words["owner"].format(name=held["owner"]) if held.get("owner") else ""
    if due is None:
        return {"owner": owner}
    if held.get("overdue"):
        late = max(1, (datetime.now(UTC).date() - due).days)
        return {"overdue": counted(language, "review_was_due", late), "owner": owner}
    with translation.override(language):
        until = date_format(due, "j F Y")
    return {"review_by": words["review_by"].format(day=until), "owner": owner}


def _address(document: str, version: str) -> str:
    query = f"?{urlencode({'version': version})}" if version else ""
    return f"/api/sources/{document}{query}"


def _page(document: str, version: int | None = None) -> str:
    query = f"?version={version}" if version else ""
    return reverse("source", args=[document]) + query


def _linked(page: str, document: str, version: int) -> str:
    """Links between documents lead to the other as this version holds it; what leads to nothing
    that is kept here (an image, another kind of file) is no link."""

    def link(found: re.Match[str]) -> str:
        address = _target(html.unescape(found[1]), document, version)
        return f'<a href="{html.escape(address)}"' if address else "<a"

    return LINK.sub(link, page)


def _target(address: str, document: str, version: int) -> str:
    try:
        parts = urlsplit(address)
    except ValueError:
        return ""
    if parts.scheme or parts.netloc:
        return address
    folder = "" if parts.path.startswith("/") else posixpath.dirname(document)
    path = posixpath.normpath(posixpath.join(folder, unquote(parts.path).strip("/")))
    stem, suffix = posixpath.splitext(path)
    if not parts.path or path.startswith("..") or suffix not in ("", ".md", ".html"):
        return ""
    return _page(f"{stem}.md", version)
