"""Alice writes, Bob serves, Charlie looks, Dan is staff without a group."""

from importlib import import_module

import pytest
from django.apps import apps
from django.contrib.auth.models import Group, User

from access.granting import grant

GRANTING = ["access.migrations.0001_groups", "access.migrations.0002_imports"]
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
