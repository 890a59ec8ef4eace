"""How knowledge's admin pages write a document, a moment, a state."""

from datetime import datetime

from django.contrib.auth.models import User
from django.http import HttpRequest
from django.utils.functional import Promise
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext, pgettext

from knowledge.models import Door, Revision

RELEASE = "knowledge.release_quarantine"


def named(title: str, path: str) -> SafeString:
    return format_html(
        '<span class="knowledge-title">{}</span><span class="knowledge-path">{}</span>', title, path
    )


def beside(first: str, second: str) -> SafeString:
    """Two lines of one cell, the second quieter."""
    cell = '<span class="knowledge-cell">{}<span class="knowledge-path">{}</span></span>'
    return format_html(cell, first, second)


def by(revision: Revision) -> str:
    """Who saved it and through which door, said once where they are one."""
    door = revision.get_door_display()
    if revision.saved_by != revision.door:
        return f"{revision.saved_by} ({door})"
    return pgettext("who", "folder") if revision.door == Door.FOLDER else revision.saved_by


def reason(kept: str) -> str:
    """As it is kept; where it begins with one of an operator's choices, that is translated."""
    choice, colon, note = kept.partition(": ")
    words = pgettext("reason", choice)
    if words == choice or not colon:
        return words + colon + note
    return gettext("%(choice)s: %(note)s") % {"choice": words, "note": note}


def as_text(revision: Revision | None) -> SafeString:
    body = revision.body if revision else ""
    return format_html('<pre class="knowledge-text knowledge-read">\n{}</pre>', body)


def moment(when: datetime) -> SafeString:
    text = f"{when:%Y-%m-%d %H:%M:%S} UTC"
    return format_html('<span class="knowledge-moment">{}</span>', text)


def badge(kind: str, words: str | Promise) -> SafeString:
    return format_html('<span class="knowledge-badge knowledge-{}">{}</span>', kind, words)


def username(request: HttpRequest) -> str:
    assert isinstance(request.user, User)
    return request.user.get_username()


def may_write(request: HttpRequest) -> bool:
    return any(request.user.has_perm(f"knowledge.{act}_document") for act in ("add", "change"))
