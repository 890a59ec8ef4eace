"""Honest abstention: what is answered and what is refused, in both languages and between them.

Questions made by hand, and not used to fit anything.
"""

import tarfile
from pathlib import Path

import pytest

from backend import abstention
from backend.abstention import CROSSING, QUESTION, STATEMENT, assess, calibrated, kind_of
from backend.evidence import HITS, Evidence
from backend.relevance import weigh
from retrieval.embedders import EmbedderSettings, preferred
from retrieval.index import Index
from retrieval.layout import Layout
from tests.backend.versions import build, read_folder
from tests.system import PROJECT

EMBEDDER = preferred(EmbedderSettings())
GUIDES = PROJECT.parent / "shared" / "data" / "kb-fr-etalab-guides.tar.xz"
GUIDES_READ = ("data.gouv.fr", "pseudonymisation", "algorithmes")


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Index:
    return build(Layout(tmp_path_factory.mktemp("demo")), 1, read_folder(PROJECT / "demo"))


@pytest.fixture(scope="module")
def guides(tmp_path_factory: pytest.TempPathFactory) -> Index:
    """French guides for public servants."""
    if not GUIDES.is_file():
        pytest.skip(f"The French guides are not here: {GUIDES}.")
    folder = tmp_path_factory.mktemp("guides")
    with tarfile.open(GUIDES) as archive:
        archive.extractall(folder, filter="data")
    docs = folder / GUIDES.name.removesuffix(".tar.xz") / "docs"
    found = {f"{name}/{path}": text for name in GUIDES_READ
             for path, text in read_folder(docs / name).items()}  # fmt: skip
    return build(Layout(folder / "indices"), 1, found)


def confidence(index: Index, question: str, *, words_alone: bool = False) -> float:
    vector = None if words_alone else EMBEDDER.embed_query(question)
    hits = index.search(question, vector, HITS)
    wanted = weigh(index, question)
    return assess(wanted, Evidence(index, question, "", hits, "")).confidence


IN_THE_DEMO = [
    "How do I roll back?",
    "What is a slot?",
    "What does the gate check?",
    "Do I need an API key?",
    "What happens when Gemini does not answer?",
    "What should I do when a build fails?",
    "Why does my file not appear?",
    "Which signals need a person?",
    "where do answers come from",
    "Comment revenir à la version précédente ?",
]
NOT_IN_THE_DEMO = [
    "What is the capital of France?",
    "Who won the world cup in 1998?",
    "How do I configure Kafka brokers?",
    "Which port does PostgreSQL listen on?",
    "What is the rollback code for project Borealis?",
    "How many employees work here?",
    "Quelle est la capitale de la Mongolie ?",
    "Comment réparer un vélo ?",
    "asdf qwerty zxcv",
]


@pytest.mark.parametrize("words_alone", [False, True])
@pytest.mark.parametrize("question", IN_THE_DEMO)
def test_what_the_documents_say_is_answerable(
    demo: Index, question: str, words_alone: bool
) -> None:
    assert confidence(demo, question, words_alone=words_alone) >= abstention.ENOUGH


@pytest.mark.parametrize("words_alone", [False, True])
@pytest.mark.parametrize("question", NOT_IN_THE_DEMO)
def test_what_they_do_not_say_is_not(demo: Index, question: str, words_alone: bool) -> None:
    assert confidence(demo, question, words_alone=words_alone) < abstention.ENOUGH


@pytest.mark.parametrize(
    "question",
    [
        "Comment créer un compte sur data.gouv.fr ?",
        "Qu'est-ce que la pseudonymisation ?",
        "Comment publier un jeu de données ?",
        "Comment rejoindre une organisation ?",
        "What is pseudonymisation?",
    ],
)
def test_french_guides_answer_what_they_say(guides: Index, question: str) -> None:
    assert confidence(guides, question) >= abstention.ENOUGH


@pytest.mark.parametrize(
    "question",
    [
        "Quelle est la capitale de la Mongolie ?",
        "Comment faire cuire un gigot d'agneau ?",
        "Quand part le prochain train pour Lyon ?",
        "Comment redémarrer un serveur Kafka ?",
        "How do I bake bread?",
        "How do I fix a flat tyre?",
    ],
)
def test_french_guides_do_not_answer_the_rest(guides: Index, question: str) -> None:
    assert confidence(guides, question) < abstention.ENOUGH


@pytest.mark.parametrize(
    "question", ["Comment ajouter un document ?", "Pourquoi mon fichier n'apparaît-il pas ?"]
)
def test_another_language_shares_no_words_and_is_answered_by_what_is_alike(
    demo: Index, question: str
) -> None:
    assert confidence(demo, question) >= abstention.ENOUGH
    assert confidence(demo, question, words_alone=True) < abstention.ENOUGH


def test_one_document_is_enough(tmp_path: Path) -> None:
    """With a single chunk every word that is known is in all chunks: rarity tells nothing."""
    body = "# Kettle\n\nThe kettle of the third floor is descaled on Fridays.\n"
    index = build(Layout(tmp_path), 1, {"kettle.md": body})
    assert confidence(index, "When is the kettle of the third floor descaled?") >= abstention.ENOUGH
    assert confidence(index, "When is the printer repaired?") < abstention.ENOUGH


def test_no_words_and_no_documents_are_no_answer(demo: Index, tmp_path: Path) -> None:
    assert confidence(demo, "?!") == 0.0
    assert confidence(build(Layout(tmp_path), 1, {}), "How do I roll back?") == 0.0


def test_an_alert_is_a_statement_and_a_few_words_are_a_question(demo: Index) -> None:
    alert = "Pod payments/checkout-7d9f8c6b5-x2lqp is restarting 3.2 times every 10 minutes."
    assert kind_of(weigh(demo, alert), alert) == STATEMENT
    assert kind_of(weigh(demo, "checkout restarting"), "checkout restarting") == QUESTION


def test_the_installed_embedder_is_calibrated() -> None:
    assert calibrated()[EMBEDDER.name].keys() == {QUESTION, STATEMENT, CROSSING}
    assert calibrated()[abstention.WORDS_ALONE].keys() == {QUESTION, STATEMENT}


def test_another_embedder_is_judged_by_words_alone(demo: Index, tmp_path: Path) -> None:
    """Its cosines are of another space: what they are worth is not known."""
    from dataclasses import replace

    fingerprint = replace(demo.manifest.fingerprint, embedder="openai:other:512")
    other = Index(replace(demo.manifest, fingerprint=fingerprint), demo.view)
    question = "What does the gate check?"
    hits = demo.search(question, EMBEDDER.embed_query(question), HITS)
    judged = [
        assess(weigh(demo, question), Evidence(index, question, "", found, "")).confidence
        for index, found in (
            (other, hits),
            (demo, [replace(hit, dense=None) for hit in hits]),
            (demo, hits),
        )
    ]
    assert judged[0] == judged[1] != judged[2]
