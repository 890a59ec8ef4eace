"""The page "Ask this version": a trial, which nobody who asks in public notices."""

from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.admin import ModelAdmin

from retrieval.messages import told
from routing import trials
from routing.errors import RoutingError
from routing.page_parts import render, require, version_or_404
from routing.permissions import ACTIVATE

QUESTION_CHARACTERS = 4000


class TrialForm(forms.Form):
    question = forms.CharField(
        label=gettext_lazy("Question"),
        max_length=QUESTION_CHARACTERS,
        widget=forms.Textarea(attrs={"rows": 2, "required": True}),
    )


def trial_page(request: HttpRequest, admin: ModelAdmin, number: int) -> HttpResponse:
    """The form, and once it is sent what the version answered; a plain form, without JavaScript."""
    require(request, ACTIVATE)
    version = version_or_404(number)
    form = TrialForm(request.POST or None)
    page: dict[str, Any] = {"title": _("Ask a version"), "version": version, "trial_form": form}
    if form.is_valid():
        try:
            page["trial"] = trials.ask(number, form.cleaned_data["question"])
        except RoutingError as error:
            page["trial_error"] = told(error, _)
    return render(request, admin, "routing/trial_page.html", page)
