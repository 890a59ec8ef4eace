"""What the list of documents can be narrowed to."""

from typing import Any

from django.contrib import admin
from django.db.models import Exists, OuterRef, QuerySet, Value
from django.db.models.functions import StrIndex, Substr
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from knowledge import quarantine, reading, telling
from knowledge.models import Document, Revision


class StateFilter(admin.SimpleListFilter):
    title = _("state")
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [
            ("not-live", _("Saved, not live")),
            ("conflict", _("In conflict")),
            ("quarantined", _("Quarantined")),
            ("overdue", _("Review overdue")),
            ("deleted", _("Deleted")),
        ]

    def choices(self, changelist: Any) -> Any:
        every, *others = super().choices(changelist)
        return [{**every, "display": _("All but deleted")}, *others]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Document]) -> QuerySet[Document]:
        if self.value() == "deleted":
            return queryset.filter(revision__isnull=True)
        found = queryset.filter(revision__isnull=False)
        if self.value() == "not-live":
            return found.filter(pk__in=_not_live(request))
        if self.value() == "conflict":
            return found.filter(conflict__isnull=False)
        if self.value() == "quarantined":
            return found.filter(Exists(quarantine.open_ones().filter(document=OuterRef("pk"))))
        if self.value() == "overdue":
            return found.filter(revision__review_by__lt=timezone.localdate())
        return found


def _not_live(request: HttpRequest) -> list[int]:
    live = Document.objects.filter(revision__isnull=False).order_by()
    told = telling.states(live.select_related("revision").defer("revision__body"), request.user)
    return [pk for pk, state in told.items() if not state.is_settled]


class FolderFilter(admin.SimpleListFilter):
    """The first part of the path."""

    title = _("folder")
    parameter_name = "folder"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        slash = StrIndex("path", Value("/"))
        live = Document.objects.filter(revision__isnull=False, path__contains="/")
        first = live.annotate(first=Substr("path", 1, slash)).order_by("first")
        return [(name, name) for name in first.values_list("first", flat=True).distinct()]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Document]) -> QuerySet[Document]:
        folder = self.value()
        return queryset.filter(reading.below(folder)) if folder else queryset


class OwnerFilter(admin.SimpleListFilter):
    """Who answers for the documents, by their front matter."""

    title = _("owner")
    parameter_name = "owner"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        said = Document.objects.filter(revision__owner__gt="").order_by("revision__owner")
        return [(name, name) for name in said.values_list("revision__owner", flat=True).distinct()]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Document]) -> QuerySet[Document]:
        return queryset.filter(revision__owner=self.value()) if self.value() else queryset


class LanguageFilter(admin.SimpleListFilter):
    """What the text's prose is written in."""

    title = _("language")
    parameter_name = "language"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [*Revision._meta.get_field("language").flatchoices, ("other", _("Not known"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Document]) -> QuerySet[Document]:
        wanted = self.value()
        if not wanted:
            return queryset
        return queryset.filter(revision__language="" if wanted == "other" else wanted)
