"""For migrations: groups and what they may. Rights are added and never taken away.

A migration grants what is new in it, once: what people changed in a group since stays as it is.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from django.apps import apps as installed
from django.contrib.auth.management import create_permissions


def grant(apps: Any, rights: Mapping[str, Iterable[str]], *, using: str = "default") -> None:
    """`rights`: group to permissions such as "knowledge.view_document"; LookupError for no such."""
    _make_permissions(apps, {right.partition(".")[0] for of in rights.values() for right in of})
    groups = apps.get_model("auth", "Group").objects.using(using)
    for name, wanted in rights.items():
        group, _ = groups.get_or_create(name=name)
        group.permissions.add(*(_permission(apps, right, using) for right in wanted))


def _make_permissions(apps: Any, labels: Iterable[str]) -> None:
    """Django makes permissions after all migrations have run, which is too late for one of them."""
    for label in sorted(labels):
        config = installed.get_app_config(label)
        create_permissions(config, verbosity=0, interactive=False, apps=apps)


def _permission(apps: Any, right: str, using: str) -> Any:
    label, _, codename = right.partition(".")
    found = apps.get_model("auth", "Permission").objects.using(using)
    permission = found.filter(content_type__app_label=label, codename=codename).first()
    if permission is None:
        raise LookupError(f"There is no permission {right}.")
    return permission
