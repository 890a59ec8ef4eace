"""Moving or renaming a document: its text and its history go with it."""

from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.admin import ModelAdmin

from knowledge import lint, revisions
from knowledge.errors import InvalidPath, PathTaken, StaleRevision
from knowledge.forms import PathField, changes
from knowledge.models import Document, Door
from knowledge.page_parts import render
from knowledge.shown import username
from retrieval.messages import told


class MoveForm(forms.Form):
    path = PathField(label=gettext_lazy("New path"))
    expected = forms.IntegerField(min_value=1, widget=forms.HiddenInput)


def move_page(request: HttpRequest, model_admin: ModelAdmin, document: Document) -> HttpResponse:
    if not model_admin.has_change_permission(request, document):
        raise PermissionDenied
    if document.revision is None:
        messages.info(request, _("A deleted document can't be moved: bring it back first."))
        return HttpResponseRedirect(_form_of(document))
    initial = {"path": document.path, "expected": document.revision.number}
    form = MoveForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            return _move(request, document, form.cleaned_data)
        except (InvalidPath, PathTaken) as error:
            form.add_error("path", told(error, _))
        except StaleRevision:
            return _changed(request, model_admin, document.pk, form)
    return _page(request, model_admin, document, {"form": form})


def _move(request: HttpRequest, document: Document, wish: dict[str, Any]) -> HttpResponse:
    before = document.path
    moved = revisions.move(
        before,
        wish["path"],
        actor=username(request),
        door=Door.ADMIN,
        expected=wish["expected"],
    )
    if moved.changed:
        path = {"before": before, "path": moved.revision.path}
        messages.success(request, _("Moved from %(before)s to %(path)s.") % path)
    else:
        messages.info(request, _("It is there already: nothing was done."))
    return HttpResponseRedirect(_form_of(document))


def _changed(
    request: HttpRequest, model_admin: ModelAdmin, pk: int, form: MoveForm
) -> HttpResponse:
    """Someone saved, moved or deleted it since the page was shown: shown before it is confirmed."""
    document = Document.objects.select_related("revision").get(pk=pk)
    theirs = document.revision
    if theirs is None:
        messages.warning(request, _("Not moved: someone else deleted it before you."))
        return HttpResponseRedirect(_form_of(document))
    seen = form.cleaned_data["expected"]
    again = MoveForm({"path": form.cleaned_data["path"], "expected": theirs.number})
    page = {"form": again, "theirs": theirs, "difference": changes(document, seen, theirs)}
    return _page(request, model_admin, document, page, status=409)


def _page(
    request: HttpRequest,
    model_admin: ModelAdmin,
    document: Document,
    page: dict[str, Any],
    **kwargs: Any,
) -> HttpResponse:
    context = {
        "title": _("Move or rename"),
        "document": document,
        "linking": lint.linking_to(document.path),
        **page,
    }
    return render(request, model_admin, "knowledge/move.html", context, **kwargs)


def _form_of(document: Document) -> str:
    return reverse("admin:knowledge_document_change", args=[document.pk])
