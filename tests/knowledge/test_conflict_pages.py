"""Conflicts in the admin: listed, shown against what both began with, and settled."""

import re
from datetime import timedelta

import pytest
from django.contrib.auth.models import Permission, User
from django.urls import reverse

from knowledge import conflicts, revisions
from knowledge.models import Document, Revision
from knowledge.sync import compare_folder, reconcile_folder

pytestmark = pytest.mark.django_db

LIST = reverse("admin:knowledge_conflicts")
BASE = "# Gate\n\nIt opens at six.\n\nAsk the porter.\n\nIt is upstairs.\n"
MINE = BASE.replace("six", "seven").replace("porter", "guard")
THEIRS = BASE.replace("six", "five").replace("upstairs", "downstairs")
MERGED = "# Gate\n\nIt opens at {}.\n\nAsk the guard.\n\nIt is downstairs.\n"


@pytest.fixture
def alice(client):
    client.force_login(User.objects.create_superuser("alice"))
    return client


def save(body, path="gate.md", **more):
    return revisions.save(path, body, **{"actor": "bob", "door": "admin", **more}).revision


def met(folder, *, later):
    """Both edit BASE: bob MINE in admin, twice, a person THEIRS in the file; which lost."""
    save(BASE)
    reconcile_folder()
    (folder / "gate.md").write_text(THEIRS)
    save(BASE.replace("porter", "guard"))
    live = save(MINE)
    if later == "file":
        past = live.saved_at - timedelta(days=1)
        Revision.objects.filter(door="admin").update(saved_at=past)
    assert reconcile_folder().conflicts == 1
    return conflicts.open_ones().get()


@pytest.fixture
def lost(folder):
    return met(folder, later="admin")


def page(lost):
    return reverse("admin:knowledge_conflict", args=[lost.pk])


def text(response):
    return " ".join(re.sub(r"<[^>]+>", " ", response.content.decode()).split())


def post(client, lost, choice, expected=3, **more):
    data = {"choice": choice, "expected": str(expected), **more}
    return client.post(page(lost), data, follow=True)


@pytest.mark.parametrize("later", ["admin", "file"])
def test_both_edits_are_shown_against_what_both_began_with(alice, folder, later):
    """Bob saved twice since both agreed: his first save is no base, for it undoes nothing."""
    lost = met(folder, later=later)
    conflict = conflicts.of(lost)
    assert conflict.base.number == 1
    texts = {"admin": (MINE, THEIRS), "file": (THEIRS, MINE)}[later]
    assert (conflict.live.body, conflict.lost.body) == texts
    assert conflict.merged().conflicts == 1
    shown = alice.get(page(lost))
    assert "Revision 1 by bob (admin)" in text(shown)
    assert "In 1 place both changed the same lines" in text(shown)
    assert [side["diff"].added for side in shown.context["sides"]] == [2, 2]
    assert "Ask the guard.\n\nIt is downstairs." in shown.context["form"]["body"].value()


def test_what_waits_is_listed_and_counted(alice, lost):
    listed = alice.get(LIST)
    assert "gate.md" in text(listed)
    assert page(lost) in listed.content.decode()
    conflicts.keep_live(lost, actor="bob", expected=3)
    assert "No conflict waits." in text(alice.get(LIST))


def test_the_current_text_may_be_left_and_who_said_so_is_kept(alice, lost):
    assert "gate.md stays as it is" in text(post(alice, lost, "live"))
    lost.refresh_from_db()
    assert lost.settled_by == "alice"
    assert revisions.get("gate.md").number == 3
    assert compare_folder().conflicts == []
    assert "Settled by alice" in text(alice.get(page(lost)))
    history = alice.get(reverse("admin:knowledge_document_history", args=[lost.document_id]))
    assert "Lost to a later edit; settled by alice" in text(history)


def test_the_text_that_was_kept_may_be_taken(alice, lost):
    assert "is the current one of gate.md" in text(post(alice, lost, "lost"))
    live = revisions.get("gate.md")
    assert (live.body, live.saved_by, live.note) == (THEIRS, "alice", "Restored from revision 4")
    assert not conflicts.open_ones()
    reconcile_folder()
    assert compare_folder().in_sync


def test_a_merge_by_hand_is_saved(alice, lost):
    merged = MERGED.format("seven")
    posted = merged.replace("\n", "\r\n")
    assert "the merged text is the current one" in text(post(alice, lost, "merged", body=posted))
    live = revisions.get("gate.md")
    assert (live.body, live.note) == (merged, "Merged revisions 3 and 4")
    assert not conflicts.open_ones()


def test_a_mark_that_was_left_is_told_and_the_typing_kept(alice, lost):
    typed = "half done\n<<<<<<< revision 3\nmine\n"
    answer = post(alice, lost, "merged", body=typed)
    assert "line 2 is a conflict mark still" in text(answer)
    assert "half done" in answer.context["form"]["body"].value()
    assert revisions.get("gate.md").number == 3
    assert conflicts.open_ones().count() == 1


@pytest.mark.parametrize("choice", ["live", "lost", "merged"])
def test_a_save_since_the_page_was_shown_is_looked_at_first(alice, lost, choice):
    """It came by the folder, which settles nothing: a person has not looked at both."""
    folder_says = MINE.replace("upstairs", "on the roof")
    save(folder_says)
    Revision.objects.filter(pk=lost.pk).update(settled_at=None, settled_by="")
    Document.objects.update(conflict=lost)
    answer = post(alice, lost, choice, body="my merge")
    assert answer.status_code == 409
    assert "Nothing was saved" in text(answer)
    assert "<ins>on the roof</ins>" in answer.content.decode()
    assert 'name="expected" value="5"' in answer.content.decode()
    if choice == "merged":
        assert answer.context["form"]["body"].value() == "my merge"
    assert revisions.get("gate.md").number == 5
    assert post(alice, lost, choice, expected=5, body="my merge").status_code == 200
    assert not conflicts.open_ones()


def test_the_second_to_settle_is_told(alice, lost):
    conflicts.keep_live(lost, actor="dora", expected=3)
    answer = post(alice, lost, "lost")
    assert "dora settled this" in text(answer)
    assert "nothing was done" in text(answer)
    assert revisions.get("gate.md").number == 3


def test_an_ordinary_save_settles_it_in_the_name_of_who_saved(lost):
    save("settled\n", actor="carol")
    lost.refresh_from_db()
    assert lost.settled_by == "carol"
    assert not conflicts.open_ones()


def test_settling_one_leaves_the_other_waiting(alice, folder, lost):
    """The file is edited again before anyone looked: two texts wait, neither hidden."""
    (folder / "gate.md").write_text(BASE.replace("six", "noon"))
    save(MINE.replace("seven", "eight"), actor="folder", door="folder")
    Revision.objects.filter(pk=lost.pk).update(settled_at=None, settled_by="")
    assert reconcile_folder().conflicts == 1
    second = conflicts.open_ones().first()
    assert second.pk != lost.pk
    live = revisions.get("gate.md").number
    assert "Revision 4 waits too." in text(alice.get(page(second)))
    assert post(alice, second, "lost", expected=live).status_code == 200
    assert conflicts.open_ones().get().pk == lost.pk
    assert Document.objects.get().conflict_id == lost.pk


def test_a_text_kept_from_a_crash_has_no_base_and_nothing_is_decided_for_the_person(alice, lost):
    Revision.objects.update(agreed_sha="")
    merged = conflicts.of(lost).merged()
    assert conflicts.base_of(lost) is None
    assert merged.conflicts == 3
    assert "Both against each other" in text(alice.get(page(lost)))


def test_of_a_deleted_document_the_kept_text_may_come_back(alice, folder, lost):
    """The file went, not the conflict: whoever removed it has not seen what lost."""
    (folder / "gate.md").unlink()
    reconcile_folder()
    assert "The document is deleted" in text(alice.get(page(lost)))
    post(alice, lost, "lost", expected=0)
    assert revisions.get("gate.md").body == THEIRS
    assert not conflicts.open_ones()


def test_who_may_only_look_can_not_settle(client, lost):
    carol = User.objects.create_user("carol", is_staff=True)
    carol.user_permissions.add(Permission.objects.get(codename="view_document"))
    client.force_login(carol)
    assert "<textarea" not in client.get(page(lost)).content.decode()
    assert post(client, lost, "live").status_code == 403
    client.force_login(User.objects.create_user("eve", is_staff=True))
    assert client.get(LIST).status_code == 403


def test_what_is_no_conflict_is_not_found(alice, lost):
    assert alice.get(page(revisions.get("gate.md"))).status_code == 404
