import pytest

from backend.markers import Markers
from backend.support import unsupported
from retrieval.index import Index
from retrieval.layout import Layout
from tests.backend.conftest import KNOWLEDGE

PASSAGES = [KNOWLEDGE["ops/kafka.md"], KNOWLEDGE["ops/postgres.md"]]


@pytest.fixture(scope="module")
def index(layout: Layout) -> Index:
    return Index.open(layout, 1)


@pytest.mark.parametrize(
    "text",
    [
        "Drain the broker first [1].",
        "Drain the broker first. [1] Promoting takes about 20 seconds. [2]",
        "Run `pg_ctl promote` on the replica [2].",
        "Yes [1].",
        "Videz d'abord le broker, puis redémarrez-le [1].",
        "## Kafka\n\n```sh\nsystemctl restart kafka\n```\n\n[1]",
        "1. Check the disk of the broker [1]\n2. Move its partitions to another broker [1]",
        "Nobody cites this sentence about penguins.",
        "Run `kafka-drain --broker 3 --wait` first [1].",
    ],
)
def test_what_the_passages_hold_is_supported(index: Index, text: str) -> None:
    assert unsupported(index, text, PASSAGES, []) == ()


@pytest.mark.parametrize(
    ("text", "doubtful"),
    [
        ("Drain the broker first [2].", "Drain the broker first [2]."),
        ("Drain the broker [1]. It takes 45 seconds [2].", "It takes 45 seconds [2]."),
        ("Penguins live near the southern coast. [1] Yes [1].",
         "Penguins live near the southern coast. [1]"),
        ("Run `pg_ctl restart` [2].", "Run `pg_ctl restart` [2]."),
        ("Attendez 45 secondes [2].", "Attendez 45 secondes [2]."),
        ("Do this [1]:\n\n```sh\nrm -rf /\n```", "```sh\nrm -rf /\n```"),
        ("- Drain the broker [1]\n- Feed the penguins on Sundays [1]",
         "- Feed the penguins on Sundays [1]"),
    ],
)  # fmt: skip
def test_a_sentence_that_its_passage_does_not_hold_is_marked(
    index: Index, text: str, doubtful: str
) -> None:
    assert unsupported(index, text, PASSAGES, []) == (doubtful,)
    assert doubtful in text


@pytest.mark.parametrize("pieces", [["Drain it [9]. Then wait [1]."], list("Drain it [9]. Then")])
def test_a_sentence_whose_number_names_no_passage_is_marked(
    index: Index, pieces: list[str]
) -> None:
    markers = Markers(2)
    text = "".join(map(markers.feed, pieces)) + markers.finish()
    assert unsupported(index, text, PASSAGES, markers.removed) == ("Drain it.",)
