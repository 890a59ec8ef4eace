"""The operator's pages, as a browser without scripts uses them."""

import re

import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client

from routing import activation
from routing.models import Activation
from tests.routing.indices import make_version
from tests.routing.test_activation import A2, AB, A, publish

pytestmark = pytest.mark.django_db

LIST = "/admin/routing/deploymentversion/"
LOG = "/admin/routing/activation/"
HOLDS = "/admin/routing/hold/"
PAGES = [LIST, f"{LIST}1/change/", f"{LIST}1/activate/", f"{LIST}resume/", LOG, HOLDS]
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
