"""Says on the operator's pages what is embedded beside the builds, and what is in its way."""

from datetime import UTC, datetime
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from builder import embedder_state
from builder.embedder_state import Progress, Trouble
from routing import formats
from routing.strip import Notice


def notice(**_kwargs: Any) -> list[Notice]:
    """Receives `noticing`."""
    state = embedder_state.read()
    words = []
    if state.trouble:
        words.append(_trouble(state.trouble))
    elif state.progress:
        words.append(_progress(state.progress))
    link = reverse("admin:routing_deploymentversion_changelist")
    return [Notice(each, link) for each in words]


def _trouble(trouble: Trouble) -> str:
    return _(
        "%(embedder)s has not embedded since %(since)s: %(error)s Edits are served all the same, "
        "and found by their words. It is asked again at %(next)s; if that does not help, mend the "
        "setting and start again."
    ) % {
        "embedder": trouble.embedder,
        "since": _clock(trouble.since),
        "error": trouble.error,
        "next": _clock(trouble.next_try),
    }


def _progress(progress: Progress) -> str:
    return _("%(embedder)s embeds beside what is served: %(done)d of %(total)d chunks.") % {
        "embedder": progress.embedder, "done": progress.done, "total": progress.total,
    }  # fmt: skip


def _clock(seconds: float) -> str:
    return formats.clock(datetime.fromtimestamp(seconds, UTC))
