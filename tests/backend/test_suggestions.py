from pathlib import Path

import pytest

from retrieval.layout import Layout
from tests.backend.conftest import CONGES
from tests.backend.running import Backend, running
from tests.backend.versions import build

PAGES = {
    f"guide-{name}.md": f"# Guide {name}\n\nUn guide pour vous.\n\n## Coût de {name}\n\n"
    f"Le coût de {name} est de {number} euros par mois, et il est payé par la direction.\n"
    for number, name in enumerate(["Datura", "Lilas", "Muguet"], 7)
}


def test_suggestions_are_answered_when_asked(backend: Backend) -> None:
    questions = backend.get("/suggestions").json()["questions"]
    assert len(questions) == 3
    assert "How do I restart a Kafka broker?" in questions
    assert "Comment poser des congés ?" in questions
    assert "How do I promote a replica?" in questions
    for question in questions:
        assert backend.ask(question)["answered"], question
    assert backend.get("/suggestions").json()["questions"] == questions


@pytest.mark.parametrize(
    ("documents", "count"), [({}, 0), ({"a.md": "word"}, 0), ({"c.md": CONGES}, 1), (PAGES, 3)]
)
def test_a_small_knowledge_base_has_fewer(
    tmp_path: Path, documents: dict[str, str], count: int
) -> None:
    layout = Layout(tmp_path / "indices")
    build(layout, 1, documents)
    layout.assign("v1", 1)
    with running(layout, tmp_path / "data") as backend:
        questions = backend.get("/suggestions").json()["questions"]
        assert len(questions) == count
        assert all(" ?" in question for question in questions), questions
        assert backend.get("/health").json()["documents"] == len(documents)
        assert backend.get("/search?q=word").status_code == 200
        assert backend.client.post("/ask", json={"question": "guide"}).status_code == 200
