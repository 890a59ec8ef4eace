"""The admin's first page: what is served, what waits for a person, and where everything is."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from knowledge import conflicts, quarantine
from knowledge.models import Document, FolderSync
from questions import gaps
from ragsite.navigation import navigation
from routing import strip
from routing.models import Activation, DeploymentVersion
from routing.permissions import VIEW as VIEW_VERSIONS

LATELY = 5
VIEW_DOCUMENTS = "knowledge.view_document"
VIEW_GAPS = "questions.view_gap"


@dataclass(frozen=True, slots=True)
class Waiting:
    """Something for a person to decide, and where."""

    icon: str
    words: str
    link: str


def context(request: HttpRequest, page: dict[str, Any]) -> dict[str, Any]:
    """For `ragsite/home.html`; unfold calls it."""
    sees_versions = request.user.has_perm(VIEW_VERSIONS)
    switches = Activation.objects.all() if sees_versions else Activation.objects.none()
    return {
        **page,
        **strip.context(request),
        "waiting": list(_waiting(request)),
        "sections": [_seen(request, section) for section in navigation(request)],
        "lately": switches[:LATELY],
    }


def _seen(request: HttpRequest, section: dict[str, Any]) -> dict[str, Any]:
    items = [item for item in section["items"] if item["permission"](request)]
    return {**section, "items": items}


def _waiting(request: HttpRequest) -> Iterator[Waiting]:
    if request.user.has_perm(VIEW_DOCUMENTS):
        yield from _of_documents()
    if request.user.has_perm(VIEW_VERSIONS):
        yield from _of_versions()
    if request.user.has_perm(VIEW_GAPS) and (n := gaps.open_ones().count()):
        words = ngettext("%(n)d question that nobody could answer",
                         "%(n)d questions that nobody could answer", n) % {"n": n}  # fmt: skip
        yield Waiting("help_center", words, reverse("admin:questions_gap_changelist"))


def _of_documents() -> Iterator[Waiting]:
    folder = reverse("admin:knowledge_folder")
    documents = reverse("admin:knowledge_document_changelist")
    last = FolderSync.objects.first()
    if last and last.paused_reason:
        yield Waiting("folder_off", _("The folder's sync is paused"), folder)
    if n := conflicts.open_ones().count():
        words = ngettext("%(n)d conflict to settle", "%(n)d conflicts to settle", n) % {"n": n}
        yield Waiting("call_split", words, reverse("admin:knowledge_conflicts"))
    if n := len(last.rejected) + len(last.unwritten) if last else 0:
        words = ngettext("%(n)d file that can't be a document",
                         "%(n)d files that can't be documents", n) % {"n": n}  # fmt: skip
        yield Waiting("unknown_document", words, folder)
    today = timezone.localdate()
    overdue = Document.objects.filter(revision__review_by__lt=today)
    if n := overdue.count():
        words = ngettext("%(n)d document whose review is overdue",
                         "%(n)d documents whose review is overdue", n) % {"n": n}  # fmt: skip
        yield Waiting("event_busy", words, f"{documents}?state=overdue")
    if n := quarantine.open_ones().count():
        words = ngettext("%(n)d document in quarantine", "%(n)d documents in quarantine", n)
        link = reverse("admin:knowledge_quarantine_changelist")
        yield Waiting("back_hand", words % {"n": n}, link)


def _of_versions() -> Iterator[Waiting]:
    """The newest version, when it waits for someone or was refused."""
    newest = DeploymentVersion.objects.first()
    told = {
        DeploymentVersion.State.READY: ("hourglass_top", _("#%(number)s waits to be activated")),
        DeploymentVersion.State.REJECTED: ("cancel", _("#%(number)s was refused by its checks")),
        DeploymentVersion.State.FAILED: ("error", _("#%(number)s could not be built")),
    }
    if newest is not None and newest.state in told:
        icon, words = told[DeploymentVersion.State(newest.state)]
        link = reverse("admin:routing_deploymentversion_change", args=[newest.number])
        yield Waiting(icon, words % {"number": newest.number}, link)
