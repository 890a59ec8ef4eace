"""What the admin's sidebar offers, in the order of the work: write, serve, learn, and people."""

from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

SECTIONS = (
    (
        _("Knowledge"),
        (
            (_("Documents"), "description", "knowledge", "document"),
            (_("Conflicts"), "call_split", "knowledge", "conflicts"),
            (_("Folder"), "folder_open", "knowledge", "folder"),
            (_("Quarantine"), "back_hand", "knowledge", "quarantine"),
        ),
    ),
    (
        _("Serving"),
        (
            (_("Versions"), "layers", "routing", "deploymentversion"),
            (_("Probes"), "fact_check", "builder", "probe"),
            (_("Activations"), "swap_horiz", "routing", "activation"),
            (_("Holds"), "pause_circle", "routing", "hold"),
        ),
    ),
    (
        _("Asked"),
        (
            (_("Questions"), "forum", "questions", "question"),
            (_("Gaps"), "help_center", "questions", "gap"),
            (_("Feedback"), "thumbs_up_down", "questions", "feedback"),
        ),
    ),
    (
        _("People"),
        (
            (_("Users"), "person", "auth", "user"),
            (_("Groups"), "group", "auth", "group"),
            (_("Tokens"), "key", "access", "token"),
        ),
    ),
)


# Pages that are no list of a model: who may look at documents may see them.
PAGES = ("conflicts", "folder")


def navigation(request: HttpRequest) -> list[dict[str, Any]]:
    return [
        {"title": title, "separator": True, "items": [_item(request, *item) for item in items]}
        for title, items in SECTIONS
    ]


def _item(request: HttpRequest, title: Any, icon: str, app: str, model: str) -> dict[str, Any]:
    link = reverse(f"admin:{app}_{model}" + ("" if model in PAGES else "_changelist"))
    may_view = request.user.has_perm(
        f"{app}.view_document" if model in PAGES else f"{app}.view_{model}"
    )
    item = {
        "title": title,
        "icon": icon,
        "link": link,
        "permission": lambda _request: may_view,
        "active": _is_at(request, link),
    }
    count = _waiting(model) if may_view else 0
    return {**item, "badge": count, "badge_variant": "warning"} if count else item


def _is_at(request: HttpRequest, link: str) -> bool:
    """Our own pages are below the list of documents, and are none of it."""
    pages = [reverse(f"admin:knowledge_{page}") for page in PAGES]
    return request.path.startswith(link) and (
        link in pages or not request.path.startswith(tuple(pages))
    )


def _waiting(model: str) -> int | str:
    """What a person has to decide there, counted at each page: by an index of its own."""
    from knowledge import conflicts, folder_page  # here: the settings come before the models
    from questions import gaps

    if model == "conflicts":
        return conflicts.open_ones().count()
    if model == "gap":
        return gaps.open_ones().count()
    return "!" if model == "folder" and folder_page.is_paused() else 0
