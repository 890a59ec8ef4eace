"""Makes revisions: the shape of each, and the one way in which texts of admin and API are saved."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from knowledge import paths, places, reading, text
from knowledge.errors import KnowledgeError, NotText, PathTaken, StaleRevision, TooLarge
from knowledge.models import Document, Revision
from retrieval import freshness, language, markdown
from retrieval.messages import worded

TITLE_LENGTH = 300


@dataclass(frozen=True, slots=True)
class Saved:
    revision: Revision
    created: bool  # the document was not live before
    changed: bool  # a revision was made


@dataclass(frozen=True, slots=True)
class Text:
    """What is to be live at a path that is clean."""

    path: str
    body: str
    expected: int | None = None  # the live revision that its author saw; 0: there was none
    note: str = ""


@dataclass(frozen=True, slots=True)
class About:
    """What a text tells of itself; read before many are locked, for it takes a millisecond."""

    title: str
    language: str
    review_by: date | None
    owner: str


def save_all(
    texts: Sequence[Text], *, actor: str, door: str, typed: bool = False
) -> list[Saved | KnowledgeError]:
    """Save those that can be, each at a path of its own, and say why the others cannot; in order.

    One transaction of a dozen statements, however many they are, that tells nobody.
    `typed`: they come from a form, which has newlines of its own.
    """
    outcomes: dict[str, Saved | KnowledgeError] = {}
    wanted = []
    told = {each.path: about(each.body, each.path) for each in texts}
    with transaction.atomic():
        places.lock(each.path for each in texts)
        live = _live_at([each.path for each in texts], with_body=typed)
        near = _near([each.path for each in texts if each.path not in live])
        for each in texts:
            there = live[each.path].revision if each.path in live else None
            try:
                _check(each.path, each.body)
                refuse_stale(each.path, there, each.expected)
                if typed:
                    body = text.with_newlines_of(there.body if there else "", each.body)
                    each = replace(each, body=body)
                if there and there.sha256 == text.digest(each.body):
                    outcomes[each.path] = Saved(there, created=False, changed=False)
                    continue
                if not there:
                    _refuse_near(each.path, near)
                    near.add(each.path)
            except KnowledgeError as error:
                outcomes[each.path] = error
            else:
                wanted.append(each)
        for revision in _store(wanted, live, told, actor, door):
            created = revision.path not in live
            outcomes[revision.path] = Saved(revision, created=created, changed=True)
    return [outcomes[each.path] for each in texts]


def _store(
    texts: Sequence[Text],
    live: dict[str, Document],
    told: dict[str, About],
    actor: str,
    door: str,
) -> list[Revision]:
    documents = {each.path: live[each.path] for each in texts if each.path in live}
    documents |= places.heirs([each.path for each in texts if each.path not in live])
    last = places.last_numbers(documents)
    made = []
    for each in texts:
        document = documents[each.path]
        number = last[each.path] + 1
        revision = build(document, number, each.body, told[each.path], actor=actor, door=door)
        revision.note = each.note
        made.append(revision)
    Revision.objects.bulk_create(made)
    for revision in made:
        revision.document.revision, revision.document.conflict = revision, None
    places.point(documents.values())
    settle(documents.values(), actor)
    return made


def about(body: str, path: str) -> About:
    told = freshness.read(body)
    return About(title_of(body, path), language.of_document(body), told.review_by, told.owner)


def build(
    document: Document,
    number: int,
    body: str,
    told: About,
    *,
    actor: str,
    door: str,
    saved_at: datetime | None = None,
    conflict: bool = False,
) -> Revision:
    """A revision that holds a text, where the document is; not saved yet."""
    return Revision(
        document=document,
        path=document.path,
        number=number,
        body=body,
        sha256=text.digest(body),
        title=told.title,
        language=told.language,
        review_by=told.review_by,
        owner=told.owner,
        conflict=conflict,
        saved_by=actor,
        saved_at=saved_at or timezone.now(),
        door=door,
    )


def title_of(body: str, path: str) -> str:
    return markdown.title(body, path)[:TITLE_LENGTH]


def tombstone(
    document: Document, last: Revision | None, number: int, *, actor: str, door: str
) -> Revision:
    """A revision that says that the document was deleted, under its last title; not saved yet."""
    return Revision(
        document=document,
        path=document.path,
        number=number,
        deleted=True,
        title=last.title if last else "",
        saved_by=actor,
        saved_at=timezone.now(),
        door=door,
    )


def settle(documents: Iterable[Document], actor: str) -> None:
    """Whoever saves or deletes has seen what lost to a later edit."""
    ids = [document.pk for document in documents]
    lost = Revision.objects.filter(document__in=ids, conflict=True, settled_at=None)
    lost.update(settled_by=actor, settled_at=timezone.now())


def refuse_stale(path: str, live: Revision | None, expected: int | None) -> None:
    if expected is None or expected == (live.number if live else 0):
        return
    if live is None:
        last = places.last_at(path)
        if last and last.revision_id:
            raise StaleRevision(
                worded(
                    "%(path)s was moved to %(to)s; you started from revision %(expected)s.",
                    path=path,
                    to=last.path,
                    expected=expected,
                )
            )
        raise StaleRevision(
            worded(
                "%(path)s was deleted; you started from revision %(expected)s.",
                path=path,
                expected=expected,
            )
        )
    raise StaleRevision(
        worded(
            "%(path)s is at revision %(number)s, saved by %(who)s at %(when)s UTC; %(started)s",
            path=path,
            number=live.number,
            who=live.saved_by,
            when=f"{live.saved_at:%Y-%m-%d %H:%M:%S}",
            started=worded("you started from revision %(expected)s.", expected=expected)
            if expected
            else worded("you started from a document that did not exist."),
        )
    )


def refuse_taken(path: str, leaving: str = "") -> None:
    """A file system holds a file or a folder under one name, so no document is inside another.

    `leaving`: the path that is given up for this one.
    """
    _refuse_near(path, _near([path]) - {leaving})


def _near(new: Collection[str]) -> set[str]:
    """The live documents that may be inside one of these, or around it."""
    if not new:
        return set()
    above = {folder for path in new for folder in paths.parents(path)}
    found = reading.live().filter(Q(path__in=above) | Q(path__contains=f"{paths.SUFFIX}/"))
    return set(found.order_by().values_list("path", flat=True))


def _refuse_near(path: str, near: Iterable[str]) -> None:
    above = paths.parents(path)
    for taken in near:
        if taken in above or taken.startswith(f"{path}/"):
            raise PathTaken(
                worded(
                    "%(path)s would be inside, or around, document %(taken)s.",
                    path=paths.shown(path),
                    taken=taken,
                )
            )


def _live_at(wanted: Collection[str], *, with_body: bool) -> dict[str, Document]:
    found = reading.live().filter(path__in=wanted).order_by()
    found = found if with_body else found.defer("revision__body")
    return {document.path: document for document in found}


def _check(path: str, body: str) -> None:
    try:
        text.check(body)
    except (NotText, TooLarge) as error:
        raise type(error)(
            worded(
                "The text of %(path)s cannot be saved: %(problem)s.",
                path=paths.shown(path),
                problem=error,
            )
        ) from error
