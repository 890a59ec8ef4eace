from prometheus_client import CollectorRegistry
from prometheus_client.multiprocess import MultiProcessCollector

from tests.backend.running import Backend


def value(served: Backend, name: str, /, **labels: str) -> float:
    registry = CollectorRegistry()
    MultiProcessCollector(registry, str(served.data_dir / "metrics"))
    return registry.get_sample_value(name, labels) or 0.0


def test_questions_of_people_are_counted(backend: Backend) -> None:
    answered = {"outcome": "answered", "lang": "fr"}
    abstained = {"outcome": "abstained", "lang": "en"}
    before = value(backend, "kb_questions_total", **answered)
    before_abstained = value(backend, "kb_questions_total", **abstained)
    backend.ask("Comment poser des congés ?")
    backend.stream("How do I bake bread?")
    backend.stream("How do I bake bread?", **{"X-Purpose": "gate"})
    assert value(backend, "kb_questions_total", **answered) == before + 1
    assert value(backend, "kb_questions_total", **abstained) == before_abstained + 1


def test_retrieval_and_embedding_are_timed(backend: Backend) -> None:
    before = value(backend, "kb_retrieval_duration_seconds_count", backend="v1")
    embedded = value(backend, "kb_embedding_duration_seconds_count", provider="local")
    backend.get("/search?q=a+question+that+no+other+test+asked")  # no vector of it is known
    assert value(backend, "kb_retrieval_duration_seconds_count", backend="v1") == before + 1
    assert value(backend, "kb_embedding_duration_seconds_count", provider="local") == embedded + 1
