"""Is what the editor sees what is served?

Knowledge asks by a signal; who builds and serves answers.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from knowledge import signals
from knowledge.models import Document, Place

LIVE, BUILDING, WAITING, PAUSED = "live", "building", "waiting", "paused"
REJECTED, FAILED, QUARANTINED, DELETED = "rejected", "failed", "quarantined", "deleted"
UNKNOWN = "unknown"

SETTLED = (LIVE, QUARANTINED, DELETED)  # nothing more comes by itself: who asks may stop asking


class Step(NamedTuple):
    words: str
    is_now: bool


@dataclass(frozen=True, slots=True)
class Way:
    """Of an edit to its readers: the steps, and how far the one that is now has come."""

    steps: tuple[Step, ...]
    done: int = 0
    total: int = 0


@dataclass(frozen=True, slots=True)
class DocumentState:
    kind: str
    words: str  # short, for a row of a list
    detail: str = ""  # the rest, for the document's own page
    link: str = ""  # where to read on
    since: str = ""  # when it came to be so
    way: Way | None = None
    aside: str = ""  # of the folder, where that is not in step

    @property
    def is_settled(self) -> bool:
        return self.kind in SETTLED and not self.aside


def states(documents: Iterable[Document], user: Any) -> dict[int, DocumentState]:
    """Of each document, by primary key; unknown where nobody answers."""
    asked = list(documents)
    told = {document.pk: DocumentState(UNKNOWN, _("Not known")) for document in asked}
    heard: list[tuple[Any, Any]] = signals.telling_state.send(Document, documents=asked, user=user)
    for _receiver, answer in heard:
        told.update(answer)
    return told


def state(document: Document, user: Any) -> DocumentState:
    """Of one, with whether its file is in step too."""
    told = states([document], user)[document.pk]
    return replace(told, aside=_of_its_file(document))


def _of_its_file(document: Document) -> str:
    live = document.revision
    place = Place.objects.filter(path=document.path, sha256=live.sha256 if live else "")
    if live is None or place.exists():
        return ""
    return _("Not in the knowledge folder yet.")


def as_html(told: DocumentState, *, brief: bool = False) -> SafeString:
    return render_to_string("knowledge/state.html", {"state": told, "brief": brief})


def as_json(told: DocumentState, *, brief: bool = False) -> dict[str, Any]:
    """What the scripts ask for."""
    return {"html": as_html(told, brief=brief), "settled": told.is_settled}


def followed(pk: int, told: DocumentState) -> SafeString:
    """A row's state, which its script keeps true until it is settled."""
    shown = as_html(told, brief=True)
    if told.is_settled:
        return shown
    return format_html('<span data-knowledge-row="{}">{}</span>', pk, shown)


def asking(pk: int) -> SafeString:
    """A line that fills itself with the state of a document, until that is settled."""
    url = reverse("admin:knowledge_document_state", args=[pk])
    return format_html('<span data-knowledge-telling="{}" role="status"></span>', url)


def page_head(request: HttpRequest) -> SafeString:
    """What is served, for every page of the editor."""
    heard: list[tuple[Any, Any]] = signals.opening_page.send(Document, request=request)
    return mark_safe("".join(html for _receiver, html in heard))  # noqa: S308  receivers escape
