"""What the admin's sidebar offers, in the order of the work: write, serve, learn, and people."""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest
from django.urls import reverse_lazy
from django.utils.translation import gettext_lazy as _

SECTIONS = (
    (
        _("Knowledge"),
        (
            (_("Documents"), "description", "knowledge", "document"),
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
    (_("Asked"), ((_("Questions"), "forum", "questions", "question"),)),
    (
        _("People"),
        ((_("Users"), "person", "auth", "user"), (_("Groups"), "group", "auth", "group")),
    ),
)


def navigation() -> list[dict[str, Any]]:
    return [
        {"title": title, "separator": True, "items": [_item(*item) for item in items]}
        for title, items in SECTIONS
    ]


def _item(title: Any, icon: str, app: str, model: str) -> dict[str, Any]:
    return {
        "title": title,
        "icon": icon,
        "link": reverse_lazy(f"admin:{app}_{model}_changelist"),
        "permission": _may_view(f"{app}.view_{model}"),
    }


def _may_view(permission: str) -> Callable[[HttpRequest], bool]:
    return lambda request: request.user.has_perm(permission)
