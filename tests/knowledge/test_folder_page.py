"""The folder's page: what a pause is about, and the person who says which is meant."""

import re

import pytest
from django.contrib.auth.models import Permission, User
from django.urls import reverse

from knowledge import folder_page, revisions, sync
from knowledge.models import FolderSync

pytestmark = pytest.mark.django_db

PAGE = reverse("admin:knowledge_folder")
CONFIRM = reverse("admin:knowledge_folder_confirm")
NAMES = [f"{number:02}.md" for number in range(20)]


@pytest.fixture
def alice(client):
    client.force_login(User.objects.create_superuser("alice"))
    return client


@pytest.fixture
def paused(folder):
    """Of 20 files, 12 are gone."""
    for name in NAMES:
        (folder / name).write_text(name)
    sync.reconcile_folder()
    for name in NAMES[:12]:
        (folder / name).unlink()
    assert sync.reconcile_folder().paused
    return folder


def text(response):
    return " ".join(re.sub(r"<[^>]+>", " ", response.content.decode()).split())


def seen():
    return FolderSync.objects.get().vanished_sum


def files(folder):
    return sorted(path.name for path in folder.glob("*.md"))


def test_it_says_that_all_is_well(alice, folder):
    assert "has not been looked at yet" in text(alice.get(PAGE))
    sync.reconcile_folder()
    page = text(alice.get(PAGE))
    assert "The sync runs" in page
    assert "Every .md file in it is a document." in page
    assert not folder_page.is_paused()


def test_a_pause_tells_why_since_when_what_vanished_and_what_to_do(alice, paused, settings):
    page = alice.get(PAGE)
    for words in ("The sync is paused since", "12 of 20 files vanished", "00.md", "11.md",
                  "Delete these 12 documents", "Write the 12 files back"):  # fmt: skip
        assert words in text(page)
    assert "12.md" not in text(page)
    assert (
        f'href="{PAGE}"'
        in alice.get(reverse("admin:knowledge_document_changelist"))
        .content.decode()
        .split("knowledge-note-warning")[1]
    )


@pytest.mark.parametrize("kind", ["delete", "restore"])
def test_what_was_chosen_is_asked_once_more_and_looking_changes_nothing(alice, paused, kind):
    asked = text(alice.get(CONFIRM, {"kind": kind, "seen": seen()}))
    assert {"delete": "Delete these 12 documents?", "restore": "Write the 12 files back?"}[
        kind
    ] in asked
    assert folder_page.is_paused()
    assert len(files(paused)) == 8


def test_the_documents_are_deleted_in_the_name_of_who_said_so(alice, paused):
    told = alice.post(CONFIRM, {"kind": "delete", "seen": seen()}, follow=True)
    assert "12 documents are deleted. The sync goes on." in text(told)
    assert revisions.live().count() == 8
    assert "alice" in revisions.history("00.md")[0].saved_by
    assert not folder_page.is_paused()


def test_the_files_are_written_back(alice, paused):
    told = alice.post(CONFIRM, {"kind": "restore", "seen": seen()}, follow=True)
    assert "12 files are written. The sync goes on." in text(told)
    assert files(paused) == NAMES
    assert revisions.live().count() == 20


def test_other_than_was_shown_is_shown_again_and_nothing_done(alice, paused):
    shown = seen()
    (paused / "12.md").unlink()
    sync.reconcile_folder()
    answer = alice.post(CONFIRM, {"kind": "delete", "seen": shown})
    assert answer.status_code == 409
    assert "Nothing was done." in text(answer)
    assert "Delete these 13 documents" in text(answer)
    assert revisions.live().count() == 20


def test_what_can_not_be_a_document_is_told_with_its_reason(alice, folder):
    (folder / "bad.md").write_bytes(b"caf\xe9")
    sync.reconcile_folder()
    FolderSync.objects.update(unwritten=[{"path": "full.md", "reason": "No space left"}])
    page = text(alice.get(PAGE))
    assert "1 file that can't be a document" in page
    assert "it is not UTF-8 text" in page
    assert "1 document that can't be written to the folder" in page
    assert "No space left" in page


def test_only_who_may_confirm_is_asked(client, paused):
    carol = User.objects.create_user("carol", is_staff=True)
    carol.user_permissions.add(Permission.objects.get(codename="view_document"))
    client.force_login(carol)
    page = text(client.get(PAGE))
    assert "12 of 20 files vanished" in page
    assert "Delete these" not in page
    assert client.get(CONFIRM, {"kind": "delete", "seen": seen()}).status_code == 403
    assert client.post(CONFIRM, {"kind": "delete", "seen": seen()}).status_code == 403
    assert revisions.live().count() == 20


def test_nonsense_goes_back_to_the_page(alice, paused):
    for wish in ({}, {"kind": "burn", "seen": seen()}, {"kind": "delete"}):
        assert alice.post(CONFIRM, wish).url == PAGE
    assert folder_page.is_paused()
