"""A rollback that blames documents puts them in quarantine, in its own transaction."""

from collections.abc import Mapping
from typing import Any

from knowledge import quarantine
from knowledge.errors import KnowledgeError
from knowledge.quarantine import Earlier
from routing.errors import CannotQuarantine


def keep_as_they_were(documents: Mapping[str, Earlier], actor: str, reason: str, **_: Any) -> None:
    """Receives `blamed`; what it raises takes the rollback back too."""
    try:
        quarantine.place(documents, actor=actor, reason=reason)
    except KnowledgeError as error:
        raise CannotQuarantine(str(error)) from error
