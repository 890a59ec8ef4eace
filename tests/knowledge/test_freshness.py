"""What a text's front matter says of its freshness is kept with each revision."""

import importlib
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from django.apps import apps
from django.contrib.auth.models import User
from django.db import connection
from django.urls import reverse

from knowledge import migrations, revisions, sync
from knowledge.models import Revision

pytestmark = pytest.mark.django_db

NAME = next(Path(migrations.__file__).parent.glob("*_freshness.py")).stem
BODY = "---\nreview_by: 2026-11-10\nowner: Team Ops\n---\n# A\n"


def told(path):
    revision = revisions.get(path)
    return revision.review_by, revision.owner


def test_it_is_read_through_each_door(folder):
    revisions.save("admin.md", BODY, actor="alice", door="admin")
    (folder / "folder.md").write_text("\ufeff" + BODY)
    sync.reconcile_folder()
    assert told("admin.md") == told("folder.md") == (date(2026, 11, 10), "Team Ops")


def test_it_goes_with_the_text_that_said_so():
    revisions.save("a.md", BODY, actor="alice", door="admin")
    revisions.save("a.md", "# A\n", actor="alice", door="admin")
    assert told("a.md") == (None, "")


def test_the_migration_reads_what_is_live_already():
    revisions.save("a.md", BODY, actor="alice", door="admin")
    revisions.save("b.md", "# B\n", actor="alice", door="admin")
    Revision.objects.update(review_by=None, owner="")

    migration = importlib.import_module(f"knowledge.migrations.{NAME}")
    migration.fill_in(apps, connection.schema_editor())

    assert told("a.md") == (date(2026, 11, 10), "Team Ops")
    assert told("b.md") == (None, "")


def test_the_list_shows_whose_review_is_overdue(client):
    """Days are those of UTC: today's is not overdue yet."""
    today = datetime.now(UTC).date()
    for name, days in (("late", -1), ("today", 0), ("early", 9)):
        body = f"---\nreview_by: {today + timedelta(days)}\n---\n# {name.title()} document\n"
        revisions.save(f"{name}.md", body, actor="alice", door="admin")
    client.force_login(User.objects.create_superuser("alice"))
    listed = client.get(reverse("admin:knowledge_document_changelist"), {"state": "overdue"})
    assert [each.path for each in listed.context["cl"].result_list] == ["late.md"]
