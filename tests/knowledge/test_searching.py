"""The admin's search: by words, whatever their case and accents."""

import re
import unicodedata
from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.urls import reverse
from django.utils import timezone

from knowledge import revisions, searching
from knowledge.models import Document

pytestmark = pytest.mark.django_db

LIST = reverse("admin:knowledge_document_changelist")


@pytest.fixture
def alice(client):
    client.force_login(User.objects.create_superuser("alice"))
    return client


@pytest.fixture
def documents():
    texts = {
        "ops/réseau.md": "# Coupure du Réseau\n\nAppelez l'ÉQUIPE d'astreinte.\n",
        "ops/database.md": "# Restart the database\n\nUse pg_ctl (100 %), never kill -9.\n",
        "nfd.md": unicodedata.normalize("NFD", "# Élève\n\nDécomposé.\n"),
    }
    for path, body in texts.items():
        revisions.save(path, body, actor="bob", door="api")


def found(client, sought):
    rows = client.get(LIST, {"q": sought}).context["cl"].result_list
    return [document.path for document in rows]


@pytest.mark.parametrize(
    "sought", ["reseau", "RÉSEAU", "équipe", "Equipe ASTREINTE", '"du reseau"']
)
def test_case_and_accents_do_not_matter(alice, documents, sought):
    assert found(alice, sought) == ["ops/réseau.md"]


def test_accents_that_are_characters_of_their_own_do_not_matter(alice, documents):
    assert found(alice, "eleve decompose") == ["nfd.md"]
    assert found(alice, unicodedata.normalize("NFD", "réseau")) == ["ops/réseau.md"]


def test_signs_mean_themselves(alice, documents):
    assert found(alice, "pg_ctl") == ["ops/database.md"]
    assert found(alice, "(100 %)") == ["ops/database.md"]
    for sought in ("pg.ctl", "[a-z]", "\\", ".*", "%%"):
        assert found(alice, sought) == []


@pytest.mark.parametrize(
    "sought", ['"', "'", "\0", "\ud800".encode("utf-8", "replace").decode(), "x" * 5000, "☃ 日本"]
)
def test_nothing_that_is_typed_breaks_it(alice, documents, sought):
    assert alice.get(LIST, {"q": sought}).status_code == 200


def test_all_words_have_to_be_there_each_in_any_field(alice, documents):
    assert found(alice, "ops restart kill") == ["ops/database.md"]
    assert found(alice, "ops restart astreinte") == []


def test_a_deleted_document_is_found_by_its_path(alice, documents):
    revisions.delete("ops/réseau.md", actor="bob", door="api")
    assert found(alice, "reseau") == []
    rows = alice.get(LIST, {"q": "RESEAU", "state": "deleted"}).context["cl"].result_list
    assert [document.path for document in rows] == ["ops/réseau.md"]


def test_the_texts_are_read_once(alice, documents, django_assert_max_num_queries):
    with django_assert_max_num_queries(1):
        searching.matching(Document.objects.all(), "a b c", ["path", "revision__body"])


def test_ligatures_and_sharp_s_are_found_by_their_letters():
    assert re.search(searching.pattern("strasse"), "STRASSE")
    assert re.search(searching.pattern("Straße"), "strasse")


def test_what_is_overdue_is_listed_the_longest_first_and_by_owner(alice, documents):
    today = timezone.localdate()
    for days, owner in ((3, "ann"), (90, "bob"), (-5, "ann"), (0, "ann")):
        until = today - timedelta(days=days)
        body = f"---\nreview_by: {until}\nowner: {owner}\n---\n# Due\n"
        revisions.save(f"due/{days}.md", body, actor="bob", door="api")

    def listed(**query):
        return [each.path for each in alice.get(LIST, query).context["cl"].result_list]

    assert listed(state="overdue") == ["due/90.md", "due/3.md"]
    assert listed(state="overdue", owner="ann") == ["due/3.md"]
    assert len(listed(owner="ann")) == 3
    page = alice.get(LIST, {"state": "overdue"}).content.decode()
    assert "90 days overdue" in page
    assert "Review overdue" in alice.get(LIST).content.decode()
