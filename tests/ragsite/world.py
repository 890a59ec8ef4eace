"""A bit of everything that the admin shows, so that each page has something to say.

Names and texts that people gave begin with z, or are a single word: nobody translates them.
"""

from datetime import timedelta

from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.auth.models import User
from django.utils import timezone

from access import tokens
from builder.models import Probe
from knowledge import bulk, importing, quarantine, revisions
from knowledge.models import BulkAction, Document, FolderSync, Revision
from questions import gaps
from routing import activation, policy, versions
from routing.models import DeploymentVersion
from tests.knowledge.uploading import preview
from tests.questions.asking import ask, gap_of, say
from tests.routing.indices import make_rejected, make_version
from tests.routing.test_activation import A2, AB, A, publish

CITED = {"answer": "zanswer", "answered": True,
         "citations": [{"document": "a.md", "section": "zalpha", "revision": 1}]}  # fmt: skip
NOTHING = {"answer": "znothing", "answered": False, "citations": []}
CASE = {"probe": 1, "question": "zwhere?", "severity": "blocking", "passed": False,
        "failures": ["zlacks"], "answer": CITED}  # fmt: skip
GATE = {"checks": [
    *({"name": name, "passed": True, "measured": 0.5, "threshold": 1, "detail": "zdetail"}
      for name in ("sums", "dimensions", "loads", "counts", "fingerprint", "not_shrunk",
                   "deletion", "insertion")),
    {"name": "probes", "passed": False, "measured": 1, "threshold": 2, "detail": "zfailed",
     "cases": [CASE, {**CASE, "passed": True}, {**CASE, "severity": "warning"}]},
]}  # fmt: skip


def answers():
    kinds = ("lost", "gained", "sources", "text", "other")
    pairs = [{"question": f"z{kind}?", "times": 3, "unhelpful": n, "kind": kind,
              "before": CITED, "after": NOTHING} for n, kind in enumerate(kinds)]  # fmt: skip
    return {"with": 2, "asked": 9, "of": 20, "differing": 5, "answers": pairs}


def save(path, body, **more):
    return revisions.save(path, body, **{"actor": "zoe", "door": "admin", **more}).revision


def documents():
    save("a.md", "# Zalpha\n\nzred\n")
    save("a.md", "---\nowner: zed\nreview_by: 2020-01-01\n---\n# Zalpha\n\nzgreen\n")
    revisions.move("a.md", "zdir/a.md", actor="zoe", door="api")
    save("b.md", "# Zbeta\n\nzblue\n")
    first = save("q.md", "# Zq\n\none\n")
    save("q.md", "# Zq\n\ntwo\n")
    quarantine.place({"q.md": (first.number, first.sha256)}, actor="zoe", reason="zreason")
    save("gone.md", "# Zgone\n")
    revisions.delete("gone.md", actor="zoe", door="admin")
    back = save("back.md", "# Zback\n")
    revisions.delete("back.md", actor="zoe", door="admin")
    save("back.md", "# Zback\n", note="Restored from revision 1")
    save("back.md", "# Zback\n\nmore\n", note="Merged revisions 1 and 3")
    save("back.md", "# Zback\n\nmost\n", note="Created for the question “zwhy”")
    lost = save("c.md", "# Zc\n\ntheirs\n")
    save("c.md", "# Zc\n\nmine\n")
    Revision.objects.filter(pk=lost.pk).update(conflict=True, door="folder", saved_by="folder")
    Document.objects.filter(path="c.md").update(conflict=lost)
    LogEntry.objects.create(user_id=User.objects.get(username="root").pk, object_repr="zlogged",
                            action_flag=CHANGE, change_message="zsaid")  # fmt: skip
    return {"restored": back, "lost": lost}


def folder():
    FolderSync.objects.create(
        rejected=[{"path": "zbad.md", "reason": "zreason"}],
        unwritten=[{"path": "zlong.md", "reason": "zreason"}],
        paused_reason="zpaused.", paused_since=timezone.now(), vanished=["a.md", "b.md"],
        vanished_count=40, vanished_sum="f" * 64,
    )  # fmt: skip


def uploads():
    """One that waits for its confirmation, one that is done."""
    files = [("new.md", b"# Znew\n"), ("b.md", b"# Zother\n"), ("bad.md", b"\xff"), ("z.png", b"")]
    waits = preview(files)
    done = preview([("more.md", b"# Zmore\n")])
    importing.start(done)
    return {"waits": waits, "done": done}


def clicks():
    """Deletions of many documents: one that is done, one under way."""
    done = bulk.delete({save("x.md", "# Zx\n").document_id: 1}, actor="zoe")
    done.items.update(outcome="left", reason="zreason")
    BulkAction.objects.filter(pk=done.pk).update(state="done", finished_at=timezone.now())
    running = bulk.delete({save("y.md", "# Zy\n").document_id: 1}, actor="zoe")
    return {"bulk_done": BulkAction.objects.get(pk=done.pk), "bulk_running": running}


def serving(layout):
    """#1 was served, #2 was rolled back to #1; #3 waits, #4 was rejected, the others failed."""
    publish(layout, 1, A)
    publish(layout, 2, AB)
    make_version(layout, 3, A2, changed=["a.md"], added=["c.md"], removed=["b.md"])
    DeploymentVersion.objects.filter(number=3).update(comparison=answers(), gate=GATE)
    make_rejected(layout, 4, A, gate=GATE)
    DeploymentVersion.objects.filter(number=4).update(reason="zfailed.", embedded=0, chunks=9)
    for number, state in ((5, "failed"), (6, "collected"), (7, "building"), (8, "overtaken"),
                          (9, "retired"), (10, "verifying")):  # fmt: skip
        row = versions.create(number, digest=f"{number}", fingerprint={}, actor="zoe")
        DeploymentVersion.objects.filter(pk=row.pk).update(
            state=state, reason="zreason.", collected_at=timezone.now(),
            damage="zdamaged" if state == "retired" else "",
            retired_at=timezone.now() - timedelta(days=9),
        )  # fmt: skip
    versions.pin(3, actor="zoe", door="admin")
    policy.change("manual", actor="zoe", reason="zreason")
    activation.activate(1, actor="zoe", reason="zreason", door="admin")


def asked():
    ask("zanswered?", answered=True, documents=["a.md"])
    states = {name: gap_of(f"{name} zquestion?", nearest=["a.md"])
              for name in ("zopen", "zstarted", "zanswered", "zdismissed")}  # fmt: skip
    for kind in ("helpful", "unhelpful", "gap"):
        say(kind, "zopen zquestion?", "zcomment")
    probe = Probe.objects.create(question="zprobe?", must_cite="a.md", saved_by="zoe")
    Probe.objects.create(question="zwarns?", must_contain="z", severity="warning", enabled=False)
    gaps.start(states["zstarted"].pk, actor="zoe", document="zdir/a.md")
    gaps.answered(states["zanswered"].pk, version=2, document="b.md")
    gaps.probed(states["zanswered"].pk, probe.pk)
    gaps.dismiss(states["zdismissed"].pk, actor="zoe", reason="zreason")
    return {**states, "probe": probe}


def people():
    root = User.objects.create_superuser("root", password="zpassword")
    zoe = User.objects.create_user("zoe", is_staff=True)
    token, _ = tokens.create(zoe, "zci", None)
    revoked, _ = tokens.create(zoe, "zold", None)
    tokens.revoke(revoked, actor="zoe")
    return {"root": root, "zoe": zoe, "token": token}


def world(layout):
    """Name to what there is."""
    found = people()
    found |= documents()
    serving(layout)
    found |= uploads() | clicks() | asked()
    folder()
    return found
