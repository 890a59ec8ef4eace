"""The public endpoints' schema against what the real backends and the router say."""

import time

import pytest
from django.test import Client
from rest_framework.serializers import ListSerializer, Serializer

from routing import behind, pointer
from routing import public_schema as schema
from routing.behind import Behind
from tests.routing.test_activation import publish

DOCUMENTS = {
    "a.md": "---\nreview_by: 2020-01-01\nowner: Platform\n---\n\n"
    "# Project Zephyr\n\nThe rollback code for project Zephyr is ORION-7.\n",
}


@pytest.fixture
def client(layout, settings, db):
    settings.ROOT_URLCONF = "routing.public_urls"
    publish(layout, 1, DOCUMENTS)
    return Client()


def undocumented(shape, told, where=""):
    """The paths of what was told and is not in the schema, or is and was not told."""
    if isinstance(shape, ListSerializer):
        return [path for each in told for path in undocumented(shape.child, each, where + "[]")]
    if not isinstance(shape, Serializer) or told is None:
        return []
    wanted = {name for name, field in shape.fields.items() if field.required}
    wrong = (told.keys() - shape.fields.keys()) | (wanted - told.keys())
    inside = [
        path
        for name in told.keys() & shape.fields.keys()
        for path in undocumented(shape.fields[name], told[name], f"{where}.{name}")
    ]
    return sorted(f"{where}.{name}" for name in wrong) + inside


def test_it_has_all_that_an_answer_tells(client):
    question = {"question": "What is the rollback code for project Zephyr?"}
    answer = client.post("/api/ask", question, content_type="application/json").json()
    assert undocumented(schema.AnswerToQuestion(), answer) == []
    cited = answer["citations"][0]
    assert (cited["owner"], cited["overdue"]) == ("Platform", True)


def test_it_has_all_that_a_search_and_a_source_tell(client):
    found = client.get("/api/search", {"q": "rollback code"}).json()
    assert undocumented(schema.Results(), found) == []
    assert found["results"][0]["review_by"] == "2020-01-01"
    source = client.get("/api/sources/a.md", {"quote": "The rollback code"}).json()
    assert undocumented(schema.Source(), source) == []
    assert source["owner"] == "Platform"


def test_it_has_all_that_health_tells(client, settings):
    epoch = pointer.read(settings.DATA_DIR).epoch
    behind.write(settings.DATA_DIR, Behind(time.time(), epoch, 0, True, "auto"))
    health = client.get("/health").json()
    assert undocumented(schema.Health(), health) == []
    assert (health["sync"]["mode"], health["active"]["since"] is None) == ("auto", False)
