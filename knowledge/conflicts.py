"""Conflicts: a text that lost to a later edit waits until someone says what becomes of it."""

from dataclasses import dataclass

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from knowledge import places, restoring, revisions
from knowledge.errors import ConflictSettled, StaleRevision
from knowledge.models import Document, Revision
from knowledge.three_way import Merged, merged
from retrieval.messages import worded


def open_ones() -> QuerySet[Revision]:
    """The texts that lost and wait, newest first, with their documents; bodies not loaded."""
    found = Revision.objects.filter(conflict=True, settled_at=None).order_by("-id")
    return found.select_related("document__revision").defer("body", "document__revision__body")


@dataclass(frozen=True, slots=True)
class Conflict:
    """`live` is None when the document was deleted; `base` when it is not known, or there is none.

    `base` is what folder and database last agreed on before they were edited apart.
    """

    lost: Revision
    live: Revision | None
    base: Revision | None

    @property
    def expected(self) -> int:
        return self.live.number if self.live else 0

    def merged(self) -> Merged | None:
        """Both edits in one text; None when they are too long for that."""
        live, base = self.live.body if self.live else "", self.base.body if self.base else None
        return merged(base, live, self.lost.body, (_named(self.live), _named(self.lost)))


def of(lost: Revision) -> Conflict:
    return Conflict(lost, lost.document.revision, base_of(lost))


def base_of(lost: Revision) -> Revision | None:
    """It is said by the revision that came from the folder: the one that lost, or the next."""
    own = Revision.objects.filter(document=lost.document)
    came = own.filter(id__gte=lost.pk).exclude(agreed_sha="").order_by("id").first()
    if came is None:
        return None
    return own.filter(sha256=came.agreed_sha, id__lt=came.pk).order_by("-id").first()


def keep_live(lost: Revision, *, actor: str, expected: int) -> None:
    """The live text is right: nothing changes but that this is known, by whom and since when."""
    with transaction.atomic():
        document = _waiting(lost)
        live = document.revision.number if document.revision else 0
        if live != expected:
            raise StaleRevision(
                worded("%(path)s was saved since you looked at it.", path=document.path)
            )
        _settle(document, [lost.pk], actor)


def resolve(
    lost: Revision, merged_text: str | None, *, actor: str, door: str, expected: int
) -> Revision:
    """Make a text merged from both the live one; without one, the text that lost."""
    with transaction.atomic():
        document = _waiting(lost)
        others = list(_of(document).exclude(pk=lost.pk).values_list("pk", flat=True))
        if merged_text is None:
            saved = restoring.restore(lost, actor=actor, door=door, expected=expected)
        else:
            note = f"Merged revisions {expected} and {lost.number}"
            saved = revisions.save(
                document.path, merged_text, actor=actor, door=door, expected=expected, note=note
            )
        # A save settles all that waits; who decided here has looked at this one alone.
        Revision.objects.filter(pk__in=others).update(settled_by="", settled_at=None)
        _settle(document, [lost.pk], actor)
    return saved.revision


def _waiting(lost: Revision) -> Document:
    """The document, its place locked as all writers do; ConflictSettled when it waits no more."""
    places.lock([Document.objects.values_list("path", flat=True).get(pk=lost.document_id)])
    document = Document.objects.select_related("revision").get(pk=lost.document_id)
    lost.refresh_from_db(fields=["settled_by", "settled_at"])
    if lost.settled_at:
        raise ConflictSettled(
            worded(
                "%(who)s settled this at %(when)s UTC.",
                who=lost.settled_by,
                when=f"{lost.settled_at:%Y-%m-%d %H:%M:%S}",
            )
        )
    return document


def _of(document: Document) -> QuerySet[Revision]:
    return Revision.objects.filter(document=document, conflict=True, settled_at=None)


def _settle(document: Document, settled: list[int], actor: str) -> None:
    found = _of(document).filter(pk__in=settled)
    found.update(settled_by=actor, settled_at=timezone.now())
    newest = _of(document).order_by("-id").values_list("pk", flat=True).first()
    Document.objects.filter(pk=document.pk).update(conflict=newest)


def _named(revision: Revision | None) -> str:
    """For a conflict mark: whose text follows, or precedes."""
    if revision is None:
        return _("deleted")
    return _("revision %(n)d, %(door)s") % {
        "n": revision.number,
        "door": revision.get_door_display(),
    }
