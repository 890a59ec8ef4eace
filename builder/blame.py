"""A rollback that blames documents puts them in quarantine; the operator's pages say which."""

from collections.abc import Mapping
from typing import Any

from django.urls import reverse
from django.utils.translation import ngettext

from knowledge import quarantine
from knowledge.errors import KnowledgeError
from knowledge.quarantine import Earlier
from routing.errors import CannotQuarantine
from routing.strip import Notice

NAMED = 3


def keep_as_they_were(documents: Mapping[str, Earlier], actor: str, reason: str, **_: Any) -> None:
    """Receives `blamed`; what it raises takes the rollback back too."""
    try:
        quarantine.place(documents, actor=actor, reason=reason)
    except KnowledgeError as error:
        raise CannotQuarantine(*error.args) from error


def notice(**_: Any) -> list[Notice]:
    """Receives `noticing`."""
    paths = list(quarantine.open_ones().values_list("document__path", flat=True))
    if not paths:
        return []
    words = ngettext(
        "%(n)d document is quarantined, and served as it was:",
        "%(n)d documents are quarantined, and served as they were:",
        len(paths),
    ) % {"n": len(paths)}
    more = _more(len(paths) - NAMED) if len(paths) > NAMED else ""
    link = reverse("admin:knowledge_quarantine_changelist")
    return [Notice(f"{words} {', '.join(paths[:NAMED])}{more}.", link)]


def _more(n: int) -> str:
    return ngettext(" and %(n)d more", " and %(n)d more", n) % {"n": n}
