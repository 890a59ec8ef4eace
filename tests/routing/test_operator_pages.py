"""The operator's pages, as a browser without scripts uses them."""

import csv
import re
from functools import partial

import pytest
from asgiref.sync import sync_to_async
from django.contrib.auth.models import Permission, User
from django.test import AsyncClient, Client

from retrieval import manifest
from routing import activation, formats, policy, sizes, versions
from routing.models import Activation, DeploymentVersion
from tests.routing.indices import make_rejected, make_version
from tests.routing.test_activation import A2, AB, A, publish

pytestmark = pytest.mark.django_db

LIST = "/admin/routing/deploymentversion/"
LOG = "/admin/routing/activation/"
HOLDS = "/admin/routing/hold/"
PAGES = [LIST, f"{LIST}1/change/", f"{LIST}1/activate/", f"{LIST}resume/", LOG, HOLDS,
         f"{LIST}3/reject/", f"{LIST}1/pin/", f"{LIST}policy/"]  # fmt: skip
BY_HAND = [f"{LIST}add/", f"{LIST}1/delete/", f"{LOG}add/", f"{LOG}1/delete/"]


def back_to(number):
    return f"{LIST}{number}/activate/"


@pytest.fixture
def three(layout):
    """#1 and #2 were served, #2 is; #3 waits."""
    publish(layout, 1, A)
    publish(layout, 2, AB)
    make_version(layout, 3, A2, changed=["a.md"], removed=["b.md"])
    return layout


@pytest.fixture
def operator():
    client = Client()
    client.force_login(User.objects.create_superuser("alice", password="x"))
    return client


def viewer():
    bob = User.objects.create_user("bob", password="x", is_staff=True)
    bob.user_permissions.set(Permission.objects.filter(codename="view_deploymentversion"))
    client = Client()
    client.force_login(bob)
    return client


def epoch_in(page):
    return re.search(r'name="epoch" value="(\d+)"', page)[1]


def text_of(response):
    return " ".join(re.sub(r"<[^>]+>", " ", response.content.decode()).split())


def test_the_list_shows_the_served_version_first(operator, three):
    page = operator.get(LIST).content.decode()
    order = re.findall(r"/deploymentversion/(\d+)/change/", page)
    assert list(dict.fromkeys(order)) == ["2", "3", "1"]
    assert re.search(r'href="([^"]+)"[^>]*>\s*Roll back to #1\b', page)
    assert re.search(r'href="([^"]+)"[^>]*>\s*Activate #3\b', page)
    assert "1 edited, 1 removed: a.md, b.md" in page


def test_the_list_offers_no_switch_to_who_may_only_look(three):
    page = viewer().get(LIST)
    assert page.status_code == 200
    assert "Roll back to" not in page.content.decode()


@pytest.mark.parametrize("path", PAGES)
def test_no_page_is_for_who_may_not_look(three, path):
    carol = User.objects.create_user("carol", password="x", is_staff=True)
    client = Client()
    client.force_login(carol)
    assert client.get(path).status_code == 403


def test_who_may_look_may_not_switch(three):
    client = viewer()
    assert client.get(back_to(1)).status_code == 403
    assert client.post(back_to(1), {"epoch": "2", "reason": "drill"}).status_code == 403
    assert client.post(f"{LIST}resume/").status_code == 403
    assert activation.current().version_id == 2


@pytest.mark.parametrize("path", BY_HAND)
def test_nothing_is_edited_by_hand(operator, three, path):
    assert operator.get(path).status_code == 403
    assert operator.post(path, {"post": "yes"}).status_code == 403
    assert Activation.objects.count() == 2


def test_roll_back_is_a_plain_form(operator, three):
    page = operator.get(back_to(1))
    words = text_of(page)
    assert "from #2 arrow_forward to #1" in words
    assert "No longer served 1 b.md" in words
    assert "Automatic updates will pause." in words
    wish = {
        "epoch": epoch_in(page.content.decode()), "reason": "bad edit", "note": "b.md was wrong",
    }  # fmt: skip
    done = operator.post(back_to(1), wish, follow=True)
    assert re.search(r"#1 is live since \d\d:\d\d:\d\d UTC", text_of(done))
    assert "Read back from backend v1" in text_of(done)
    current = activation.current()
    assert (current.reason, current.actor, current.door) == (
        "bad edit: b.md was wrong", "alice", "admin",
    )  # fmt: skip
    listing = text_of(operator.get(LIST))
    assert "Automatic updates are paused. By alice" in listing
    assert "2 versions wait" not in listing
    assert "1 version waits." in listing


def test_a_reason_is_needed_to_roll_back(operator, three):
    page = operator.post(back_to(1), {"epoch": "2"})
    assert "Choose a reason." in text_of(page)
    assert activation.current().version_id == 2


def test_a_conflict_is_shown_and_can_be_confirmed_anew(operator, three):
    stale = epoch_in(operator.get(back_to(1)).content.decode())
    activation.activate(3, actor="bob", door="api")
    page = operator.post(back_to(1), {"epoch": stale, "reason": "drill", "note": "mine"})
    assert page.status_code == 409
    words = text_of(page)
    assert "What is served has changed since this page was opened. Nothing was done." in words
    assert "from #3 arrow_forward to #1" in words
    assert "mine" in page.content.decode()
    assert activation.current().version_id == 3
    again = {"epoch": epoch_in(page.content.decode()), "reason": "drill"}
    assert operator.post(back_to(1), again).status_code == 302
    assert activation.current().version_id == 1


@pytest.mark.parametrize("epoch", ["", "x", "-1", "9" * 5000, "1\x00"])
def test_a_page_without_its_epoch_is_refused(operator, three, epoch):
    page = operator.post(back_to(1), {"epoch": epoch, "reason": "drill"})
    assert "Open it again" in text_of(page)
    assert activation.current().version_id == 2


def test_a_version_that_is_gone_is_told(operator, three):
    three.manifest(1).unlink()
    page = operator.post(back_to(1), {"epoch": "2", "reason": "drill"})
    assert page.status_code == 410
    assert "The index of #1 is no longer kept." in text_of(page)


def test_a_newer_version_is_activated_without_a_reason(operator, three):
    page = operator.get(back_to(3))
    assert "Automatic updates will pause" not in text_of(page)
    operator.post(back_to(3), {"epoch": epoch_in(page.content.decode())})
    assert activation.current().version_id == 3
    assert activation.held() is None


def test_what_is_served_is_not_offered(operator, three):
    page = operator.get(back_to(2))
    assert "#2 is what is served already." in text_of(page)
    assert "<textarea" not in page.content.decode()


def test_live_is_only_said_once_read_back(operator, three, settings):
    settings.BACKEND_URLS = {**settings.BACKEND_URLS, "v2": settings.BACKEND_URLS["v1"]}
    words = text_of(operator.get(f"{LIST}2/change/"))
    assert "is live since" not in words
    assert "does not confirm" in words
    assert "Status unknown" in words


def test_the_version_page_shows_its_checks_and_activations(operator, three):
    words = text_of(operator.get(f"{LIST}2/change/"))
    assert "loads" in words
    assert "Passed" in words
    assert "publish Publish #1 v2 worker (builder)" in words


def test_the_pages_tell_what_a_version_takes_on_disk(operator, three):
    """#2 was built upon #1: what they share counts for both, and is not #2's own."""
    DeploymentVersion.objects.filter(number=2).update(parent=1)
    segments = {part.name: _bytes_of(part) for part in three.segments.iterdir()}
    first, second = (set(manifest.read(three, number).parts) for number in (1, 2))
    held = DeploymentVersion.objects.get(number=2)

    size = sizes.of(held)
    assert size == sizes.Size(
        sum(segments[part] for part in second), sum(segments[part] for part in second - first)
    )
    assert formats.on_disk(size) in operator.get(f"{LIST}2/change/").content.decode()
    assert formats.on_disk(size) in operator.get(LIST).content.decode()
    held.state = DeploymentVersion.State.COLLECTED
    held.collected_at = held.created_at
    assert sizes.of(held) is None


def _bytes_of(part):
    return sum(file.stat().st_size for file in part.iterdir() if file.name != "meta.json")


def test_resume_says_what_still_holds_the_bad_edit(operator, layout):
    publish(layout, 1, AB)
    publish(layout, 2, {**AB, **A2})
    activation.rollback(actor="bob", reason="bad edit", door="api")
    make_version(layout, 3, {**AB, **A2, "c.md": "# Gamma\n\nNew.\n"})
    words = text_of(operator.get(f"{LIST}resume/"))
    assert "It still contains the edit that was rolled back." in words
    assert "a.md" in words
    make_version(layout, 4, {**AB, "c.md": "# Gamma\n\nNew.\n"})
    words = text_of(operator.get(f"{LIST}resume/"))
    assert "It no longer contains the edit that was rolled back." in words
    operator.post(f"{LIST}resume/")
    assert activation.held() is None


@pytest.mark.parametrize("number", ["7", "x", "9" * 40, str(2**63), "%00"])
def test_a_version_that_is_not_there_is_a_404(operator, number):
    assert operator.get(f"{LIST}{number}/change/").status_code == 404
    assert operator.get(f"{LIST}{number}/activate/", follow=True).status_code == 404


def test_the_log_of_activations_is_read_and_filtered(operator, three):
    activation.rollback(actor="bob", reason="bad <b>edit</b>", door="api")
    words = text_of(operator.get(LOG))
    assert "#2 → #1" in words
    page = operator.get(f"{LOG}?kind__exact=rollback").content.decode()
    assert "bad &lt;b&gt;edit&lt;/b&gt;" in page
    assert "#1 → " not in re.sub(r"<[^>]+>", "", page)
    assert operator.get(HOLDS).status_code == 200


def test_the_pages_work_before_the_first_version(operator, layout):
    for path in (LIST, f"{LIST}resume/", LOG, HOLDS):
        assert operator.get(path).status_code == 200


# What a person decides


def decide(client, page, **fields):
    """Opens the page, and posts its form with these fields besides its hidden ones."""
    opened = client.get(page).content.decode()
    hidden = dict(re.findall(r'type="hidden" name="(\w+)" value="(\w*)"', opened))
    return client.post(page, hidden | fields, follow=True)


def test_what_waits_is_shown_and_activated(operator, three):
    policy.change("manual", actor="bob", reason="release week")
    listing = text_of(operator.get(LIST))
    assert "A person decides" in listing
    assert "1 version waits" in listing
    assert "Reject #3" in listing
    words = text_of(operator.get(f"{LIST}3/change/"))
    assert "waits for a person: activate or reject it" in words
    assert "What changes for readers, after #2, which is served" in words
    assert "− The alpha pump is red . + The alpha pump is green ." in words
    decide(operator, back_to(3), note="read it")
    assert activation.current().version_id == 3


def test_what_waits_is_rejected_with_a_reason(operator, three):
    policy.change("manual", actor="bob", reason="release week")
    for reason in ("", "  "):
        words = text_of(operator.post(f"{LIST}3/reject/", {"reason": reason}))
        assert "Say why: the reason is kept in the history." in words
    assert versions.get(3).state == "ready"
    words = text_of(decide(operator, f"{LIST}3/reject/", reason="not <b>yet</b>"))
    assert "Rejected by alice: not &lt;b&gt;yet" in words
    assert "Reject alice (admin) not &lt;b&gt;yet" in words
    again = operator.post(f"{LIST}3/reject/", {"reason": "me too"})
    assert again.status_code == 409
    assert "Nothing was done. #3 does not wait: its state is rejected." in text_of(again)


PROBE = {
    "probe": 1, "question": "Which pump is red?", "severity": "blocking", "passed": False,
    "failures": ["it does not say alpha"],
    "answer": {"answer": "The beta <pump>.", "answered": True,
               "citations": [{"document": "cited.md", "section": "Beta"}]},
}  # fmt: skip
REFUSED = {"checks": [
    {"name": "loads", "passed": True},
    {"name": "probes", "passed": False, "measured": 1, "threshold": 2, "detail": "One failed.",
     "cases": [{**PROBE, "passed": True, "question": "Blue?"}, PROBE]},
]}  # fmt: skip


def test_what_was_rejected_is_activated_anyway_once_its_failure_was_shown(operator, three):
    make_rejected(three, 4, A, gate=REFUSED)
    page = text_of(operator.get(f"{LIST}4/change/"))
    shown = ["Which pump is red?", "it does not say alpha", "The beta &lt;pump&gt;.", "cited.md"]
    places = [page.index(words) for words in [*shown, "Activate #4 anyway"]]
    assert places == sorted(places)
    assert "2/3" in text_of(operator.get(LIST))
    form = text_of(operator.get(back_to(4)))
    assert all(words in form for words in shown)
    nothing = decide(operator, back_to(4), reason=" ")
    assert "Say why" in text_of(nothing)
    assert activation.current().version_id == 2
    decide(operator, back_to(4), reason="the probe is out of date")
    current = activation.current()
    assert (current.version_id, current.kind, current.reason) == (
        4, "override", "the probe is out of date",
    )  # fmt: skip


def test_activate_anyway_is_for_who_has_the_right(three):
    make_rejected(three, 4, A, gate=REFUSED)
    carol = User.objects.create_user("carol", password="x", is_staff=True)
    rights = ["view_deploymentversion", "activate_deploymentversion"]
    carol.user_permissions.set(Permission.objects.filter(codename__in=rights))
    client = Client()
    client.force_login(carol)
    assert "anyway" not in text_of(client.get(f"{LIST}4/change/"))
    assert "can't be activated" in text_of(client.get(back_to(4)))
    refused = client.post(back_to(4), {"epoch": "2", "reason": "x", "note": "x"})
    assert refused.status_code == 409
    assert activation.current().version_id == 2
    assert client.get(f"{LIST}policy/").status_code == 403


def test_two_at_once_do_not_both_override(operator, three):
    make_rejected(three, 4, A, gate=REFUSED)
    stale = epoch_in(operator.get(back_to(4)).content.decode())
    activation.activate(3, actor="bob", door="api")
    page = operator.post(back_to(4), {"epoch": stale, "reason": "mine"})
    assert page.status_code == 409
    assert "Nothing was done." in text_of(page)
    assert activation.current().version_id == 3


def test_what_is_overtaken_damaged_or_collected_says_so(operator, three):
    make_version(three, 4, A)
    words = text_of(operator.get(f"{LIST}3/change/"))
    assert "The newer #4 was proved before this one was ever served. Nothing is wrong" in words
    refused = operator.post(back_to(3), {"epoch": "2"})
    assert refused.status_code == 409
    assert "#4" in text_of(refused)
    DeploymentVersion.objects.filter(number=1).update(damage="segment abc can't be read.")
    assert "Unavailable: segment abc" in text_of(operator.get(f"{LIST}1/change/"))
    damaged = operator.post(back_to(1), {"epoch": "2", "reason": "drill"})
    assert "#1 is unavailable: segment abc" in text_of(damaged)
    versions.collected(versions.get(3))
    words = text_of(operator.get(f"{LIST}3/change/"))
    assert "It can no longer be activated, asked or compared" in words
    gone = operator.post(back_to(3), {"epoch": "2", "reason": "drill"})
    assert gone.status_code == 410
    assert activation.current().version_id == 2


def answer(text, *documents, answered=True):
    cited = [{"document": document, "section": "S"} for document in documents]
    return {"answer": text, "answered": answered, "citations": cited}


def test_answers_are_compared_side_by_side(operator, three):
    answers = [
        {"question": "Lost?", "times": 3, "kind": "lost", "difference": 1.0,
         "before": answer("It is <here>.", "a.md"), "after": answer("No.", answered=False)},
        {"question": "Words?", "times": 1, "kind": "text", "difference": 0.1,
         "before": answer("It is red.", "a.md"), "after": answer("It is green.", "a.md")},
    ]  # fmt: skip
    compared = {"with": 2, "asked": 9, "of": 20, "differing": 2, "answers": answers}
    DeploymentVersion.objects.filter(number=3).update(comparison=compared)
    page = operator.get(f"{LIST}3/change/")
    words = text_of(page)
    assert "9 questions that people asked were put to #2 and to #3: 2 answered differ" in words
    assert "Documents that changed: a.md , b.md" in words
    assert words.index("No longer answered Lost?") < words.index("Other words Words?")
    assert "It is &lt;here&gt;." in words
    assert "<mark>green</mark>" in page.content.decode()
    assert "1/1 · 2 changed" in text_of(operator.get(LIST))
    DeploymentVersion.objects.filter(number=3).update(comparison={"note": "Nobody asked."})
    assert "Nobody asked." in text_of(operator.get(f"{LIST}3/change/"))


def test_a_version_is_pinned_by_a_button(operator, three):
    page = text_of(operator.post(f"{LIST}1/pin/", {"pinned": "1"}, follow=True))
    assert "Pinned" in page
    assert "Pin alice (admin)" in page
    assert "Pinned" in text_of(operator.get(LIST))
    operator.post(f"{LIST}1/pin/", {"pinned": "0"})
    assert versions.get(1).pinned is False


def test_the_policy_is_switched_with_a_reason(operator, three):
    page = f"{LIST}policy/"
    assert "Say why" in text_of(decide(operator, page, reason=" "))
    words = text_of(decide(operator, page, reason="release week"))
    assert "A person decides." in words
    assert "alice (admin) release week" in words
    stale = operator.post(page, {"policy": "manual", "reason": "me too"})
    assert stale.status_code == 409
    assert "alice changed to this already" in text_of(stale)
    assert operator.post(page, {"policy": "never", "reason": "x"}).status_code == 200
    decide(operator, page, reason="it is over")
    assert policy.current() == "auto"


@pytest.mark.django_db(transaction=True)
async def test_the_log_is_exported_and_no_cell_is_a_formula(layout):
    user = await sync_to_async(User.objects.create_superuser)("alice", password="x")
    for number, reason in enumerate(["=1+1", "@x", 'a "b", c'], 1):
        await sync_to_async(make_version)(layout, number, A)
        act = partial(activation.activate, number, actor="-alice", door="api", reason=reason)
        await sync_to_async(act)()
    client = AsyncClient()
    await client.aforce_login(user)
    response = await client.get(f"{LOG}export/")
    text = b"".join([part async for part in response.streaming_content]).decode()
    assert response["Content-Type"].startswith("text/csv")
    rows = list(csv.DictReader(text.splitlines()))
    assert [row["reason"] for row in rows] == ['a "b", c', "'@x", "'=1+1"]
    assert rows[0]["actor"] == "'-alice"
    filtered = await client.get(f"{LOG}export/?kind__exact=rollback")
    assert len([part async for part in filtered.streaming_content]) == 1
    carol = await sync_to_async(User.objects.create_user)("carol", password="x", is_staff=True)
    await client.aforce_login(carol)
    assert (await client.get(f"{LOG}export/")).status_code == 403
