"""Answers the operator's strip: is what is served what the documents hold, and if not, by how much?

By the database alone, as pages open often; `/api/status` compares the folder itself as well.
"""

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from builder.difference import Difference
from builder.document_state import texts_of
from builder.wanted import layout
from knowledge import quarantine
from knowledge import snapshot as snapshots
from knowledge.models import FolderSync
from routing import serving
from routing.strip import SyncState


def tell(user: Any, **_kwargs: Any) -> SyncState | None:
    """Receives `telling_sync`."""
    may_look = user.has_perm("knowledge.view_document")
    if FolderSync.objects.exclude(paused_reason="").exists():
        link = reverse("admin:knowledge_folder") if may_look else ""
        return SyncState(_("The folder's sync is paused"), link, settled=False)
    pointer = serving.read_pointer()
    texts = texts_of(layout(), pointer.version) if pointer else {}
    if texts is None:  # damaged, which is told elsewhere
        return None
    edits = len(Difference.between(texts, snapshots.take().revisions).paths)
    if not edits:
        return _in_sync(may_look)
    words = ngettext("%(n)d edit not live yet", "%(n)d edits not live yet", edits) % {"n": edits}
    link = f"{reverse('admin:knowledge_document_changelist')}?state=not-live" if may_look else ""
    return SyncState(words, link, settled=False)


def _in_sync(may_look: bool) -> SyncState:
    """A document in quarantine is served as it was, so it is not what the documents hold."""
    kept_back = quarantine.open_ones().count()
    if not kept_back:
        return SyncState(_("In sync"))
    words = ngettext(
        "In sync, but for %(n)d document in quarantine",
        "In sync, but for %(n)d documents in quarantine",
        kept_back,
    ) % {"n": kept_back}
    link = reverse("admin:knowledge_quarantine_changelist") if may_look else ""
    return SyncState(words, link, settled=False)
