"""The document that a gap asks for, as the form for a new one is filled in."""

import posixpath

from django.http import QueryDict
from django.urls import reverse

from knowledge import paths, revisions
from knowledge.errors import KnowledgeError
from questions import alike
from questions.models import Gap

TITLE_CHARACTERS = 100
WORDS = 8  # of a path


def title_of(gap: Gap) -> str:
    """The question as a heading: one line, without its sign."""
    words = " ".join(gap.question.split()).rstrip(" ?!.…\u00a0\u202f").lstrip("¿¡# ")
    if len(words) > TITLE_CHARACTERS:
        words = words[:TITLE_CHARACTERS].rpartition(" ")[0] or words[:TITLE_CHARACTERS]
    return words[:1].upper() + words[1:]


def path_for(gap: Gap) -> str:
    """Beside what came nearest, named after the words that tell something; one that is free."""
    folder = posixpath.dirname(gap.nearest[0]) if gap.nearest else ""
    words = " ".join(alike.telling_words(gap.question)[:WORDS]) or title_of(gap)
    name = paths.suggested(words) or "answer.md"
    stem = name.removesuffix(paths.SUFFIX)
    names = (name, *(f"{stem}-{number}{paths.SUFFIX}" for number in range(2, 100)))
    return next(filter(_is_free, (posixpath.join(folder, each) for each in names)), "")


def form_url(gap: Gap, path: str) -> str:
    query = QueryDict(mutable=True)
    query.update({"path": path, "body": f"# {title_of(gap)}\n\n", "question": gap.question})
    return f"{reverse('admin:knowledge_document_add')}?{query.urlencode()}"


def _is_free(path: str) -> bool:
    try:
        path = paths.clean(path)
        revisions.refuse_taken(path)
    except KnowledgeError:
        return False
    return not revisions.is_live(path)
