"""A confirmed import: by batches, from where it stopped, and over nobody's work."""

import os
import time

import pytest

from knowledge import batches, bulk, importing, revisions, saving, tasks
from knowledge.bulk_models import BulkAction
from knowledge.import_models import Import
from knowledge.models import Revision
from knowledge.signals import knowledge_changed
from retrieval.files import locked
from tests.knowledge.uploading import fates, outcomes, preview, reason, zipped

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("folder")]


def save(path, body):
    return revisions.save(path, body, actor="bob", door="api").revision


def run(upload):
    assert importing.start(upload)
    assert batches.go_on(importing.KIND, upload)
    upload.refresh_from_db()
    assert upload.state == "done"


@pytest.fixture
def announced():
    heard = []

    def hear(paths, **_):
        heard.append(paths)

    knowledge_changed.connect(hear)
    yield heard
    knowledge_changed.disconnect(hear)


def test_it_takes_in_what_the_preview_said_to_the_byte(announced):
    save("a.md", "# A\n")
    save("same.md", "# S\n")
    announced.clear()
    upload = preview([("x.zip", zipped([
        ("a.md", b"# A\r\nnew\r\n"), ("same.md", b"# S\n"), ("n.md", "\ufeffé".encode()),
        ("bad.md", b"\0"), ("b.txt", b"b"),
    ]))])  # fmt: skip
    run(upload)
    assert outcomes(upload) == {"a.md": "changed", "same.md": "same", "n.md": "created",
                                "bad.md": "", "b.txt": ""}  # fmt: skip
    saved = revisions.get("a.md")
    assert (saved.body, saved.saved_by, saved.door) == ("# A\r\nnew\r\n", "alice", "admin")
    assert revisions.get("n.md").body == "\ufeffé"
    assert announced == [None], "once, at the end"


def test_it_goes_on_where_it_was_cut_off(monkeypatch):
    """Killed in the middle of the second batch: the first is whole, nothing of the second is."""
    monkeypatch.setattr(batches, "BATCH", 3)
    upload = preview([(f"{n}.md", b"x%d" % n) for n in range(8)])
    importing.start(upload)
    assert not batches.go_on(importing.KIND, upload, batches=1)
    build = saving.build

    def dies(document, *args, **more):
        if document.path == "4.md":
            raise KeyboardInterrupt
        return build(document, *args, **more)

    monkeypatch.setattr(saving, "build", dies)
    with pytest.raises(KeyboardInterrupt):
        batches.go_on(importing.KIND, upload)
    assert Revision.objects.count() == 3
    monkeypatch.setattr(saving, "build", build)

    tasks.go_on()
    assert Import.objects.get().state == "done"
    assert set(outcomes(upload).values()) == {"created"}
    assert Revision.objects.count() == 8


def test_who_finds_another_at_it_goes_away(settings):
    upload = preview([("a.md", b"a")])
    importing.start(upload)
    with locked(settings.RUN_DIR / "work.lock"):
        tasks.go_on()
        assert outcomes(upload) == {"a.md": ""}
    tasks.go_on()
    assert outcomes(upload) == {"a.md": "created"}


def test_the_same_upload_again_changes_nothing():
    files = [("a.md", b"a"), ("b.md", b"b")]
    run(preview(files))
    again = preview(files)
    assert set(fates(again).values()) == {"same"}
    run(again)
    assert Revision.objects.count() == 2


def test_a_document_that_moved_on_is_left_and_listed_until_someone_decides():
    """Bob saves one, adds one and deletes one between Alice's preview and her import."""
    save("a.md", "old")
    save("gone.md", "old")
    upload = preview([("a.md", b"mine"), ("new.md", b"mine"), ("gone.md", b"mine")])
    save("a.md", "bob's")
    save("new.md", "bob's")
    revisions.delete("gone.md", actor="bob", door="api")
    run(upload)
    assert set(outcomes(upload).values()) == {"conflict"}
    assert "saved by bob" in reason(upload, "a.md")
    assert revisions.get("a.md").body == "bob's"

    assert importing.look_again(upload)
    assert fates(upload) == {"a.md": "changed", "new.md": "changed", "gone.md": "new"}
    upload.refresh_from_db()
    run(upload)
    assert {revisions.get(path).body for path in fates(upload)} == {"mine"}


def test_who_brings_what_is_there_by_now_has_no_conflict():
    upload = preview([("a.md", b"both")])
    save("a.md", "both")
    run(upload)
    assert outcomes(upload) == {"a.md": "same"}


def test_only_one_starts_it_and_nobody_discards_what_runs():
    upload = preview([("a.md", b"a")])
    assert importing.start(upload)
    assert not importing.start(upload)
    assert not importing.discard(upload)
    assert not importing.look_again(upload)
    batches.go_on(importing.KIND, upload)
    assert importing.discard(upload)
    assert not upload.texts.exists()


def test_it_says_so_when_its_texts_are_gone():
    upload = preview([("a.md", b"a")])
    upload.texts.unlink()
    run(upload)
    assert outcomes(upload) == {"a.md": "refused"}
    assert not importing.look_again(upload)


@pytest.mark.parametrize("cut_off", ["no text: é", "a text: e"])
def test_what_is_cut_off_on_disk_is_refused_and_the_others_come_in(cut_off):
    upload = preview([("a.md", b"a"), ("b.md", cut_off.encode())])
    os.truncate(upload.texts, upload.texts.stat().st_size - 1)
    assert importing.text_of(upload.files.get(path="b.md")) is None
    run(upload)
    assert outcomes(upload) == {"a.md": "created", "b.md": "refused"}
    assert "upload again" in reason(upload, "b.md")


def test_one_that_fails_keeps_no_other_waiting(caplog):
    """Its texts cannot even be opened: it is the newest, and so the first that is gone on with."""
    other, failing = (preview([(f"{n}.md", b"x")]) for n in range(2))
    for upload in (other, failing):
        importing.start(upload)
    held = failing.texts.read_bytes()
    failing.texts.unlink()
    failing.texts.mkdir()
    tasks.go_on()
    assert outcomes(other) == {"0.md": "created"}
    assert f"{failing} could not be gone on with" in caplog.text

    failing.texts.rmdir()
    failing.texts.write_bytes(held)
    tasks.go_on()
    assert outcomes(failing) == {"1.md": "created"}


def test_what_nobody_needs_is_removed(settings):
    kept, late, done = (preview([(f"{n}.md", b"x")]) for n in range(3))
    importing.start(done)
    batches.go_on(importing.KIND, done)
    old = importing.timezone.now() - importing.TEXTS_KEPT * 2
    Import.objects.exclude(pk=kept.pk).update(uploaded_at=old)
    stray = settings.IMPORTS_DIR / "crashed.texts"
    stray.write_bytes(b"x")
    young = settings.IMPORTS_DIR / "under-way.texts"
    young.write_bytes(b"x")
    for upload_file in (late.texts, done.texts, stray):
        os.utime(upload_file, (time.time() - 9999,) * 2)

    importing.tidy()
    assert set(settings.IMPORTS_DIR.iterdir()) == {kept.texts, young}
    assert set(Import.objects.all()) == {kept, done}


def test_a_file_that_goes_while_it_is_looked_at_keeps_nothing_from_being_removed(settings):
    """A link to nothing: listed, and not there."""
    settings.IMPORTS_DIR.mkdir()
    for name in ("a.texts", "z.texts"):
        (settings.IMPORTS_DIR / name).write_bytes(b"x")
        os.utime(settings.IMPORTS_DIR / name, (time.time() - 9999,) * 2)
    gone = settings.IMPORTS_DIR / "m.texts"
    gone.symlink_to("nothing")
    old = BulkAction.objects.create(
        state="done", started_at=importing.timezone.now() - bulk.KEPT * 2
    )
    tasks.tidy()
    assert list(settings.IMPORTS_DIR.iterdir()) == [gone]
    assert not BulkAction.objects.filter(pk=old.pk).exists()
