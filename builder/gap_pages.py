"""One gap in admin: who asked what, what came near, and what can be done; plain forms."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Count, Max, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST
from unfold.admin import ModelAdmin

from builder import gap_answers, gap_document, gap_probes
from builder.errors import BuilderError
from builder.gap_answers import Verdict
from builder.models import Probe
from knowledge import telling
from knowledge.models import Document
from knowledge.page_parts import ADD, render, require
from knowledge.shown import username
from questions import gaps
from questions.errors import NoSuchGap, QuestionsError
from questions.models import Gap
from questions.permissions import CHANGE, VIEW
from retrieval.messages import told

LISTED = 20
ADD_PROBE = "builder.add_probe"
ACTS = ("start", "dismiss", "reopen", "ask", "probe")


def urls(admin: ModelAdmin) -> list[URLPattern]:
    return [path(f"<int:pk>/{act}/", _act(admin, act), name=f"questions_gap_{act}") for act in ACTS]


def _act(admin: ModelAdmin, act: str) -> Callable[..., HttpResponseBase]:
    """Needs the right to decide on gaps; whatever refuses it is told on the gap's page."""
    does = {"start": _start, "dismiss": _dismiss, "reopen": _reopen, "ask": _ask, "probe": _probe}

    def view(request: HttpRequest, pk: int) -> HttpResponseBase:
        require(request, CHANGE)
        gap = _gap_or_404(pk)
        try:
            return does[act](request, admin, gap)
        except NoSuchGap as error:
            raise Http404(str(error)) from error
        except (QuestionsError, BuilderError) as error:
            return _shown(request, admin, gap, refused=told(error, _), status=409)

    wrapped: Callable[..., HttpResponseBase] = admin.admin_site.admin_view(require_POST(view))
    return wrapped


def gap_page(request: HttpRequest, admin: ModelAdmin, pk: int) -> HttpResponse:
    require(request, VIEW, CHANGE)
    return _shown(request, admin, _gap_or_404(pk))


def _shown(
    request: HttpRequest, admin: ModelAdmin, gap: Gap, status: int = 200, **more: Any
) -> HttpResponse:
    gap.refresh_from_db()
    document = _document(gap.document)
    page = {
        "title": _("Gap"),
        "gap": gap,
        "askings": _wordings(gap),
        "said": gap.feedback.order_by("-given_at", "-id")[:LISTED],
        "nearest": [(near, _document(near)) for near in gap.nearest],
        "document": document,
        "told": telling.state(document, request.user) if document else None,
        "continued": gap_document.form_url(gap, gap.document) if gap.document else "",
        "probe": gap_probes.probe_of(gap),
        "may_decide": request.user.has_perm(CHANGE),
        "may_write": request.user.has_perm(CHANGE) and request.user.has_perm(ADD),
        "may_block": request.user.has_perm(ADD_PROBE),
        "longest_reason": gaps.LONGEST_REASON,
        **more,
    }
    return render(request, admin, "builder/gap.html", page, status=status)


def _wordings(gap: Gap) -> QuerySet[Any, Any]:
    """How it was asked, the most frequent first."""
    each = gap.askings.order_by().values("question")
    counted = each.annotate(times=Count("id"), last=Max("asked_at"), newest=Max("version"))
    return counted.order_by("-times", "-last", "question")[:LISTED]


def _document(where: str) -> Document | None:
    found = Document.objects.filter(path=where, revision__isnull=False)
    return found.select_related("revision").first() if where else None


def _gap_or_404(pk: int) -> Gap:
    try:
        return gaps.get(pk)
    except NoSuchGap as error:
        raise Http404(str(error)) from error


def _back(gap: Gap) -> HttpResponse:
    return HttpResponseRedirect(reverse("admin:questions_gap_change", args=[gap.pk]))


# What can be done


def _start(request: HttpRequest, admin: ModelAdmin, gap: Gap) -> HttpResponse:
    """One click: others see who writes, and the form for the new document is filled in."""
    require(request, ADD)
    where = gap_document.path_for(gap)
    gaps.start(gap.pk, actor=username(request), document=where)
    admin.log_change(request, gap, f"Document started: {where}")
    return HttpResponseRedirect(gap_document.form_url(gap, where))


def _dismiss(request: HttpRequest, admin: ModelAdmin, gap: Gap) -> HttpResponse:
    reason = request.POST.get("reason", "")
    gaps.dismiss(gap.pk, actor=username(request), reason=reason)
    admin.log_change(request, gap, f"Dismissed: {reason}")
    messages.success(request, _("Dismissed: it is no longer on the list of what is to do."))
    return HttpResponseRedirect(reverse("admin:questions_gap_changelist"))


def _reopen(request: HttpRequest, admin: ModelAdmin, gap: Gap) -> HttpResponse:
    gaps.reopen(gap.pk, actor=username(request))
    admin.log_change(request, gap, "Opened again")
    messages.success(request, _("It is to do again."))
    return _back(gap)


def _ask(request: HttpRequest, admin: ModelAdmin, gap: Gap) -> HttpResponse:
    verdict: Verdict = gap_answers.ask_now(gap)
    return _shown(request, admin, gap, verdict=verdict)


def _probe(request: HttpRequest, admin: ModelAdmin, gap: Gap) -> HttpResponse:
    """Whoever may not write probes may still make one that only warns: it stops no version."""
    severity = request.POST.get("severity", "")
    if severity != Probe.Severity.WARNING and not request.user.has_perm(ADD_PROBE):
        raise PermissionDenied
    try:
        probe, is_new = gap_probes.make(gap, severity=severity, actor=username(request))
    except ValidationError as error:
        return _shown(request, admin, gap, refused=" ".join(error.messages), status=400)
    words = _("The probe is made: each version from now on is asked this.")
    if is_new:
        admin.log_change(request, gap, f"Probe made: must cite {probe.must_cite}")
    else:
        words = _("Someone else made the probe a moment ago.")
    link = reverse("admin:builder_probe_change", args=[probe.pk])
    messages.success(request, format_html('{} <a href="{}">{}</a>', words, link, _("See it")))
    return _back(gap)
