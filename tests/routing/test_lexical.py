"""A version whose embedder is gone returns by words alone, and only once someone agreed to that."""

import pytest
from django.urls import reverse

from routing import activation
from routing.errors import LexicalOnly
from routing.models import DeploymentVersion, Hold
from tests.routing.test_activation import AB, A, publish
from tests.routing.test_operator_pages import back_to, operator, text_of

pytestmark = pytest.mark.django_db
__all__ = ["operator"]

WISH = {"epoch": "2", "reason": "drill"}


@pytest.fixture
def gone(layout, settings):
    """#1 was embedded by Gemini, and there is no key any more; #2 is served."""
    settings.GEMINI_API_KEY = ""
    publish(layout, 1, A)
    publish(layout, 2, AB)
    version = DeploymentVersion.objects.get(number=1)
    version.fingerprint["embedder"] = "gemini:gemini-embedding-001:768"
    version.save(update_fields=["fingerprint"])


def test_it_is_refused_until_someone_agrees(gone):
    with pytest.raises(LexicalOnly, match=r"#1 would answer by words alone.*GEMINI_API_KEY is not"):
        activation.rollback(actor="alice", reason="", door="api")
    assert activation.current().version_id == 2
    assert not Hold.objects.exists()
    activation.rollback(actor="alice", reason="", door="api", lexical=True)
    assert activation.current().version_id == 1


def test_it_returns_as_it_was_when_there_is_a_key(gone, settings):
    settings.GEMINI_API_KEY = "a key"
    activation.rollback(actor="alice", reason="", door="api")
    assert activation.current().version_id == 1


def test_the_api_says_how_to_agree(gone, client, settings):
    def post(body):
        return client.post(
            reverse("rollback"), body, content_type="application/json",
            headers={"Authorization": f"Bearer {settings.CONTROL_TOKEN}"},
        )  # fmt: skip

    answer = post({})
    assert (answer.status_code, answer.json()["code"]) == (409, "lexical_only")
    assert '"lexical": true' in answer.json()["detail"]
    assert post({"lexical": "perhaps"}).status_code == 400
    assert post({"lexical": True}).json()["version"] == 1


def test_the_page_wants_a_ticked_box(gone, operator):
    assert "#1 would answer by words alone" in text_of(operator.get(back_to(1)))
    assert "Tick the box" in text_of(operator.post(back_to(1), WISH))
    assert activation.current().version_id == 2
    assert operator.post(back_to(1), {**WISH, "lexical": "on"}).status_code == 302
    assert activation.current().version_id == 1
