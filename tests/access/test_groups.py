"""What each group may, by every door alike: a table, and a look that it leaves nothing out."""

import uuid
from dataclasses import dataclass

import pytest
from django.apps import apps
from django.contrib import admin
from django.contrib.auth.models import Group, Permission, User
from django.test import Client
from django.urls import resolve, reverse
from drf_spectacular.generators import SchemaGenerator

from access.granting import grant
from knowledge import quarantine, revisions
from knowledge.models import Revision
from tests.access.conftest import waiting_version
from tests.questions.asking import gap_of

pytestmark = pytest.mark.django_db

ALL, NONE = "alice bob charlie", ""
EDITOR, OPERATOR = "alice", "bob"
PATH = "ops/a.md"


@dataclass
class Door:
    """One call, by the admin or by the API; `{id}` and `{quarantine}` are filled in."""

    method: str
    url: str
    data: dict | None = None


@dataclass
class Right:
    what: str
    who: str
    admin: tuple[Door, ...] = ()
    api: tuple[Door, ...] = ()


def page(name, *args):
    """`{document}` stands for the document's own number, and so on."""
    return reverse(f"admin:{name}", args=[777000 + arg for arg in args])


DOCUMENT, QUARANTINE, VERSION, USER, REVISION, LOST, GAP = 1, 2, 3, 4, 5, 6, 7
NOTHING = uuid.UUID(int=0)
RIGHTS = [
    Right("read documents", ALL, (
        Door("get", page("knowledge_document_changelist")),
        Door("get", page("knowledge_document_change", DOCUMENT)),
        Door("get", page("knowledge_document_state", DOCUMENT)),
        Door("get", page("knowledge_document_states")),
    ), (
        Door("get", "/api/documents"),
        Door("get", "/api/documents/{path}"),
    )),
    Right("read the history", ALL, (
        Door("get", page("knowledge_revision_changelist")),
        Door("get", page("knowledge_document_history", DOCUMENT)),
        Door("get", page("knowledge_conflicts")),
        Door("get", page("knowledge_conflict", LOST)),
    ), (
        Door("get", "/api/documents/{path}?history=1"),
    )),
    Right("add a document", EDITOR, (
        Door("post", page("knowledge_document_add"), {"path": "b.md", "body": "x"}),
    ), (
        Door("put", "/api/documents/c.md", {"body": "x"}),
    )),
    Right("change a document", EDITOR, (
        Door("post", page("knowledge_document_change", DOCUMENT), {"body": "y", "expected": 1}),
    ), (
        Door("put", "/api/documents/{path}", {"body": "z"}),
        Door("patch", "/api/documents/{path}", {"path": "moved.md"}),
    )),
    Right("move a document", EDITOR, (
        Door("get", page("knowledge_document_move", DOCUMENT)),
        Door("post", page("knowledge_document_move", DOCUMENT), {"path": "d.md", "expected": 1}),
    )),
    Right("bring back an earlier text", EDITOR, (
        Door("get", page("knowledge_restore", DOCUMENT, REVISION)),
        Door("post", page("knowledge_restore", DOCUMENT, REVISION), {"expected": 1}),
        Door("get", page("knowledge_undo")),
        Door("post", page("knowledge_undo")),
    )),
    Right("settle a conflict", EDITOR, (
        Door("post", page("knowledge_conflict", LOST), {"choice": "live"}),
    )),
    Right("see the folder", ALL, (Door("get", page("knowledge_folder")),)),
    Right("say what a pause means", "alice bob", (
        Door("post", page("knowledge_folder_confirm"), {"kind": "restore"}),
    )),
    Right("see a preview", EDITOR, (Door("post", page("knowledge_document_preview")),)),
    Right("delete a document", EDITOR, (
        Door("post", page("knowledge_document_delete", DOCUMENT), {"post": "yes"}),
        Door("post", page("knowledge_document_delete_several"), {"seen": "777001:1"}),
        Door("get", reverse("admin:knowledge_bulk", args=[NOTHING])),
        Door("post", reverse("admin:knowledge_bulk", args=[NOTHING])),
        Door("get", reverse("admin:knowledge_bulk_progress", args=[NOTHING])),
    ), (
        Door("delete", "/api/documents/{path}"),
    )),
    Right("import many documents", EDITOR, (
        Door("get", page("knowledge_import_changelist")),
        Door("post", page("knowledge_import_changelist"), {"folder": "ops"}),
        Door("get", reverse("admin:knowledge_import_one", args=[NOTHING])),
        Door("post", reverse("admin:knowledge_import_one", args=[NOTHING])),
        Door("get", reverse("admin:knowledge_import_file", args=[NOTHING, 1])),
        Door("get", reverse("admin:knowledge_import_progress", args=[NOTHING])),
    )),
    Right("export all documents", EDITOR, (
        Door("get", page("knowledge_export")),
        Door("get", page("knowledge_export_download")),
    ), (
        Door("get", "/api/export"),
    )),
    Right("see what is in quarantine", ALL, (
        Door("get", page("knowledge_quarantine_changelist")),
        Door("get", page("knowledge_quarantine_change", QUARANTINE)),
    ), (
        Door("get", "/api/quarantine"),
    )),
    Right("release from quarantine", OPERATOR, (
        Door("get", page("knowledge_quarantine_release", QUARANTINE)),
        Door("post", page("knowledge_quarantine_release", QUARANTINE), {"revision": 2}),
    ), (
        Door("post", "/api/quarantine/{path}/release"),
    )),
    Right("see versions and what is served", ALL, (
        Door("get", page("routing_deploymentversion_changelist")),
        Door("get", page("routing_deploymentversion_change", VERSION)),
        Door("get", page("routing_strip")),
        Door("get", page("routing_activation_changelist")),
        Door("get", page("routing_export")),
        Door("get", page("routing_hold_changelist")),
    ), (
        Door("get", "/api/versions"),
        Door("get", "/api/versions/{number}"),
        Door("get", "/api/activations"),
        Door("get", "/api/status"),
        Door("get", "/api/policy"),
    )),
    Right("switch the traffic", OPERATOR, (
        Door("get", page("routing_switch", VERSION)),
        Door("post", page("routing_switch", VERSION), {"epoch": 0}),
        Door("post", page("routing_resume")),
    ), (
        Door("post", "/activate?version=v1"),
        Door("post", "/api/versions/{number}/activate"),
        Door("post", "/api/rollback"),
        Door("post", "/api/resume"),
    )),
    Right("serve what was rejected", OPERATOR, (), (
        Door("post", "/api/versions/{number}/activate", {"override": True}),
    )),
    Right("reject a version", OPERATOR, (
        Door("post", page("routing_reject", VERSION), {"reason": "no"}),
    ), (
        Door("post", "/api/versions/{number}/reject", {"reason": "no"}),
    )),
    Right("pin a version", OPERATOR, (
        Door("post", page("routing_pin", VERSION), {"pinned": "1"}),
    ), (
        Door("post", "/api/versions/{number}/pin"),
        Door("post", "/api/versions/{number}/unpin"),
    )),
    Right("ask a version that is not served", OPERATOR, (
        Door("get", page("routing_trial", VERSION)),
        Door("post", page("routing_trial", VERSION)),
    ), (
        Door("post", "/api/ask", {"question": "x", "version": 999}),
        Door("get", "/api/search?q=x&version=999"),
    )),
    Right("change the policy", OPERATOR, (
        Door("get", page("routing_policy")),
        Door("post", page("routing_policy"), {"policy": "manual", "reason": "drill"}),
    ), (
        Door("put", "/api/policy", {"policy": "manual", "reason": "drill"}),
        Door("post", "/api/policy", {"policy": "manual", "reason": "drill"}),
    )),
    Right("see probes", ALL, (Door("get", page("builder_probe_changelist")),)),
    Right("write probes", OPERATOR, (
        Door("get", page("builder_probe_add")),
        Door("post", page("builder_probe_add"), {"question": "x", "_try": "1"}),
    )),
    Right("read what was asked", ALL, (
        Door("get", page("questions_question_changelist")),
        Door("get", page("questions_feedback_changelist")),
    )),
    Right("see what the documents do not answer", ALL, (
        Door("get", page("questions_gap_changelist")),
        Door("get", page("questions_gap_change", GAP)),
    ), (
        Door("get", "/api/gaps"),
        Door("get", "/api/gaps/{gap}"),
    )),
    Right("decide on what the documents do not answer", "alice bob", (
        Door("post", page("questions_gap_dismiss", GAP), {"reason": "no"}),
        Door("post", page("questions_gap_reopen", GAP)),
        Door("post", page("questions_gap_ask", GAP)),
        Door("post", page("questions_gap_probe", GAP), {"severity": "warning"}),
    ), (
        Door("post", "/api/gaps/{gap}/dismiss", {"reason": "no"}),
        Door("post", "/api/gaps/{gap}/reopen"),
    )),
    Right("start a document for it", EDITOR, (
        Door("post", page("questions_gap_start", GAP)),
    )),
    Right("make a probe of it that refuses versions", OPERATOR, (
        Door("post", page("questions_gap_probe", GAP), {"severity": "blocking"}),
    )),
    Right("have programs act for oneself", ALL, (
        Door("get", page("access_token_changelist")),
        Door("get", page("access_token_add")),
        Door("post", page("access_token_add"), {"name": ""}),
        Door("get", page("access_token_revoke", USER)),
    )),
    Right("manage people", NONE, (
        Door("get", page("auth_user_changelist")),
        Door("get", page("auth_user_add")),
        Door("post", page("auth_user_change", USER), {"is_superuser": "on"}),
        Door("get", page("auth_group_changelist")),
    )),
]  # fmt: skip
PUBLIC = {
    ("get", "/api/search"), ("post", "/api/ask"), ("get", "/api/sources/{path}"),
    ("get", "/api/suggestions"), ("post", "/api/feedback"), ("get", "/health"), ("get", "/metrics"),
}  # fmt: skip


@pytest.fixture
def there(tmp_path, settings):
    """A document in quarantine and a version that waits; what stands for them in the table."""
    settings.INDICES_DIR, settings.DATA_DIR = tmp_path, tmp_path
    settings.KNOWLEDGE_DIR = tmp_path / "knowledge"
    settings.KNOWLEDGE_DIR.mkdir()
    good = revisions.save(PATH, "# A", actor="eve", door="api").revision
    revisions.save(PATH, "# B", actor="eve", door="api")
    Revision.objects.filter(pk=good.pk).update(conflict=True)
    [placed] = quarantine.place({PATH: (good.number, good.sha256)}, actor="eve", reason="")
    waiting_version(41)
    settings.RUN_DIR = tmp_path / "run"
    gap = gap_of("Where is the cat?")
    other = User.objects.create_user("eve")
    return {
        "777001": str(good.document_id), "777002": str(placed.pk), "777003": "41",
        "777004": str(other.pk), "777005": "1", "777006": str(good.pk),
        "777007": str(gap.pk), "{gap}": str(gap.pk), "{path}": PATH, "{number}": "41",
    }  # fmt: skip


def filled(url, there):
    for stands, value in there.items():
        url = url.replace(stands, value)
    return url


def signed_in(user):
    client = Client()
    client.force_login(user)
    return client


def lets_in(client, door, there):
    """What comes of an allowed call is for other tests: here it passes, or is turned away."""
    url = filled(door.url, there)
    kind = {} if url.startswith("/admin/") else {"content_type": "application/json"}
    response = getattr(client, door.method)(url, door.data or {}, **kind)
    to_login = response.status_code == 302 and "/login/" in response.url
    return response.status_code not in (401, 403) and not to_login


@pytest.mark.parametrize("right", RIGHTS, ids=lambda right: right.what)
def test_each_group_may_what_the_table_says(right, people, there):
    clients = {name: signed_in(user) for name, user in people.items()}
    for door in (*right.admin, *right.api):
        may = [name for name, client in clients.items() if lets_in(client, door, there)]
        assert may == right.who.split(), door


def test_a_right_without_the_staff_tick_opens_nothing(there):
    """Whoever has every right there is, and may not use the admin: neither may their programs."""
    mallory = signed_in(User.objects.create_user("mallory", is_superuser=True))
    for right in RIGHTS:
        for door in (*right.admin, *right.api):
            assert not lets_in(mallory, door, there), door


def test_the_table_has_every_operation_of_the_api():
    listed = {
        (door.method, door.url.partition("?")[0].replace("/c.md", "/{path}"))
        for right in RIGHTS for door in right.api
    }  # fmt: skip
    schema = SchemaGenerator().get_schema(public=True)
    operations = {(method, path) for path, methods in schema["paths"].items() for method in methods}
    assert operations - PUBLIC <= listed


def test_the_table_has_every_page_of_the_admin():
    """Each registered model's list, and each page of our own; Django's forms follow the model's
    rights, and the table has some of them."""
    listed = {resolve(door.url).url_name for right in RIGHTS for door in right.admin}
    listed.add("knowledge_import_changelist")  # `knowledge_import` under its other name
    for model, model_admin in admin.site._registry.items():
        name = f"{model._meta.app_label}_{model._meta.model_name}"
        usual = {f"{name}_{act}" for act in ("add", "history", "delete", "change")}
        names = {url.name for url in model_admin.get_urls() if url.name} - usual
        if model._meta.app_label == "auth":
            names = {f"{name}_changelist"}
        assert names <= listed, names - listed


def test_permissions_outside_the_table_are_in_no_group(groups):
    """People, sessions and the log of the admin are an administrator's."""
    granted = Permission.objects.filter(group__isnull=False)
    apps_granted = {permission.content_type.app_label for permission in granted}
    assert apps_granted <= {"knowledge", "routing", "builder", "questions", "access"}


def test_granting_again_keeps_what_people_changed(groups):
    editors = Group.objects.get(name="Editors")
    editors.permissions.clear()
    extra = Permission.objects.get(codename="view_logentry")
    editors.permissions.add(extra)
    grant(apps, {"Editors": ["knowledge.view_document"]})
    assert set(editors.permissions.values_list("codename", flat=True)) == {
        "view_logentry", "view_document",
    }  # fmt: skip
    assert Group.objects.filter(name="Editors").count() == 1


def test_granting_what_does_not_exist_is_told(db):
    with pytest.raises(LookupError, match=r"knowledge\.fly"):
        grant(apps, {"Editors": ["knowledge.fly"]})


def test_adding_a_person_says_what_they_need(client, groups):
    client.force_login(User.objects.create_superuser("root"))
    form = client.get(reverse("admin:auth_user_add")).content.decode()
    assert "May use the admin" in form
    assert "Editors write documents" in form
    answer = client.post(reverse("admin:auth_user_add"), {
        "username": "erin", "usable_password": "true", "password1": "correct horse staple",
        "password2": "correct horse staple", "is_staff": "on",
        "groups": [Group.objects.get(name="Editors").pk],
    })  # fmt: skip
    assert answer.status_code == 302
    erin = User.objects.get(username="erin")
    assert erin.is_staff
    assert erin.has_perm("knowledge.change_document")
    assert "Editors" in client.get(reverse("admin:auth_user_changelist")).content.decode()
