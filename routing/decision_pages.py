"""The pages on which an operator decides otherwise than by a switch: reject, pin, the policy."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from unfold.admin import ModelAdmin

from retrieval.messages import told
from routing import activation, policy, versions
from routing.errors import RoutingError
from routing.forms import PolicyForm, WhyForm
from routing.models import PolicyChange
from routing.page_parts import DOOR, render, require, status_of, version_or_404
from routing.permissions import ACTIVATE, CHANGE_POLICY

VERSION = "admin:routing_deploymentversion_change"


def reject_page(request: HttpRequest, admin: ModelAdmin, number: int) -> HttpResponse:
    """Why a version that waits is not to be served."""
    require(request, ACTIVATE)
    version = version_or_404(number)
    form = WhyForm(request.POST or None)
    refused: RoutingError | None = None
    if request.method == "POST" and form.is_valid():
        actor, reason = request.user.get_username(), form.cleaned_data["reason"]
        try:
            activation.reject(number, actor=actor, reason=reason, door=DOOR)
        except RoutingError as error:
            refused, version = error, version_or_404(number)
        else:
            return HttpResponseRedirect(reverse(VERSION, args=[number]))
    title = _("Reject #%(number)s") % {"number": version.number}
    page = {"title": title, "version": version, "form": form, "refused": _refusal(refused)}
    return render(request, admin, "routing/reject.html", page, status=status_of(refused))


def policy_page(request: HttpRequest, admin: ModelAdmin) -> HttpResponse:
    """Who sends proved versions to the traffic, and since when; the other choice, with a reason."""
    require(request, CHANGE_POLICY)
    form = PolicyForm(request.POST or None)
    refused: RoutingError | None = None
    if request.method == "POST" and form.is_valid():
        wanted, reason = form.cleaned_data["policy"], form.cleaned_data["reason"]
        try:
            policy.change(wanted, actor=request.user.get_username(), reason=reason)
        except RoutingError as error:
            refused = error
        else:
            messages.success(request, _changed_to(wanted))
            return HttpResponseRedirect(reverse("admin:routing_policy"))
    is_manual = policy.current() == policy.MANUAL
    page = {
        "title": _("Publishing policy"),
        "is_manual": is_manual,
        "other": policy.AUTO if is_manual else policy.MANUAL,
        "changes": PolicyChange.objects.order_by("-id")[:50],
        "form": form,
        "refused": _refusal(refused),
    }
    return render(request, admin, "routing/policy.html", page, status=status_of(refused))


def pin_view(request: HttpRequest, number: int) -> HttpResponse:
    """The button on a version's page: `pinned=1` keeps it, `pinned=0` no longer."""
    require(request, ACTIVATE)
    version_or_404(number)
    if request.method == "POST":
        change = versions.pin if request.POST.get("pinned") == "1" else versions.unpin
        try:
            change(number, actor=request.user.get_username(), door=DOOR)
        except RoutingError as error:
            messages.error(request, told(error, _))
    return HttpResponseRedirect(reverse(VERSION, args=[number]))


def _refusal(refused: RoutingError | None) -> str:
    return told(refused, _) if refused else ""


def _changed_to(wanted: str) -> str:
    if wanted == policy.MANUAL:
        return _("From now on each version waits until a person activates or rejects it.")
    return _("From now on versions go live by themselves. What waits goes live now.")
