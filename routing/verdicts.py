"""What was said of a version, kept beside its manifest: for the day on which the database is lost.

Written at each verdict, after the database: a version without one was never proved.
"""

import json
import logging
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder

from retrieval.files import write_atomic
from routing.locks import layout
from routing.models import DeploymentVersion

logger = logging.getLogger(__name__)

FILE = "verdict.json"
TOLD = (
    "state", "reason", "gate", "changes", "trigger", "actor", "created_at", "built_at",
    "build_seconds", "embedding_seconds",
)  # fmt: skip


def write(version: DeploymentVersion) -> None:
    """Nothing without a folder. A disk that is full must not undo a verdict: it is logged."""
    folder = layout().version(version.number)
    fields = {name: getattr(version, name) for name in TOLD}
    try:
        if folder.is_dir():
            write_atomic(folder / FILE, json.dumps(fields, cls=DjangoJSONEncoder).encode() + b"\n")
    except OSError as error:
        logger.warning("The verdict on %s is in the database alone: %s", version.label, error)


def read(number: int) -> dict[str, Any] | None:
    """None when there is none, or it is not what was written."""
    try:
        fields = json.loads((layout().version(number) / FILE).read_bytes())
        return {name: fields[name] for name in TOLD}
    except (OSError, ValueError, KeyError, TypeError):
        return None
