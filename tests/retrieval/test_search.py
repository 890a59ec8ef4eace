import random
from collections.abc import Iterator

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from retrieval import bm25, dense, fusion
from retrieval import vectors as dense_vectors
from retrieval.analysis import terms
from retrieval.index import Index
from retrieval.layout import Layout
from retrieval.plain import plain_text
from retrieval.ranking import reaching, top
from retrieval.segments import write_rows
from retrieval.vectors import open_vectors, write_vectors
from tests.retrieval.building import DIMENSIONS, DOCUMENTS, QUESTIONS, embed, indexed, live, publish

ASKED = list(zip(QUESTIONS, embed(QUESTIONS), strict=True))


@pytest.fixture(scope="module")
def index(tmp_path_factory):
    return publish(Layout(tmp_path_factory.mktemp("indices")), 1, DOCUMENTS)


def step_by_step(layout: Layout, documents: dict[str, str], seed: int) -> Index:
    """The same documents by a history of versions with drafts, removals and returns."""
    index, now = None, {}
    for number, (written, removed) in enumerate(_history(documents, seed), start=1):
        now = {path: body for path, body in now.items() if path not in removed} | written
        index = publish(layout, number, written, base=index, removed=removed)
    missing = {path: body for path, body in documents.items() if now.get(path) != body}
    return publish(layout, 1000, missing, base=index)


def _history(documents: dict[str, str], seed: int) -> Iterator[tuple[dict[str, str], list[str]]]:
    """Steps of a few documents each: first texts, drafts of some, the removal of others."""
    chance, paths = random.Random(seed), sorted(documents)
    for start in range(0, len(paths), 3):
        yield {path: documents[path] for path in paths[start : start + 3]}, []
        drafts = chance.sample(paths[: start + 3], 2)
        yield {path: f"{documents[path].upper()}\n\nDraft." for path in drafts}, []
        yield {drafts[0]: documents[drafts[0]]}, chance.sample(paths[:start], min(start, 1))


def same(one: Index, other: Index, k: int = 50) -> None:
    """Equal to the last bit: documents, texts, order, scores."""
    assert one.revisions() == other.revisions()
    assert live(one) == live(other)
    for question, vector in ASKED:
        assert one.search(question, None, k) == other.search(question, None, k)
        assert one.search(question, vector, k) == other.search(question, vector, k)


@pytest.mark.parametrize("seed", range(3))
def test_step_by_step_equals_from_nothing(tmp_path, index, seed):
    made = step_by_step(Layout(tmp_path), DOCUMENTS, seed)

    assert len(made.manifest.segments) > 5
    same(made, index)


def test_many_segments_with_dead_rows_equal_one(tmp_path, index):
    layout, made = Layout(tmp_path), None
    for number, (path, body) in enumerate(DOCUMENTS.items(), start=1):
        written = {path: body, "ops/other.md": f"# Other\n\nDraft {number} of the disk."}
        made = publish(layout, number, written, base=made)
    made = publish(layout, 100, base=made, removed=["ops/other.md"])

    assert len(made.manifest.segments) == len(DOCUMENTS)
    assert sum(len(each.dead) for each in made.manifest.segments) == len(DOCUMENTS)
    same(made, index)


WORDS = st.sampled_from(["disk", "node", "restart", "the", "le", "disque", "nœud", "SEV-1", "42"])
TEXTS = st.lists(WORDS, min_size=1, max_size=12).map(" ".join)
STEPS = st.lists(
    st.tuples(
        st.dictionaries(st.sampled_from("abcdefgh"), TEXTS, max_size=5),
        st.sets(st.sampled_from("abcdefgh"), max_size=2),
    ),
    min_size=1,
    max_size=6,
)


@settings(max_examples=25, deadline=None)
@given(STEPS, TEXTS)
def test_any_history_equals_from_nothing(tmp_path_factory, steps, question):
    """Few words and few texts, so that ties and copies abound."""
    layout, made, now = Layout(tmp_path_factory.mktemp("steps")), None, {}
    for number, (written, removed) in enumerate(steps, start=1):
        now = {path: body for path, body in now.items() if path not in removed} | written
        made = publish(layout, number, written, base=made, removed=removed - set(written))
    fresh = publish(Layout(tmp_path_factory.mktemp("fresh")), 1, now)

    assert made.revisions() == fresh.revisions()
    for vector in (None, embed([question])[0]):
        assert made.search(question, vector, 50) == fresh.search(question, vector, 50)


def test_copies_of_one_text_are_told_apart_by_their_ids_alone(index):
    for vector in (None, embed(["restart the collector"])[0]):
        hits = index.search("restart the collector", vector, 3)
        assert {hit.document for hit in hits} == {f"copies/{n}.md" for n in ("one", "two", "three")}
        assert len({hit.score for hit in hits}) == 1
        assert [hit.chunk_id for hit in hits] == sorted(hit.chunk_id for hit in hits)


def test_more_copies_than_candidates_are_chosen_by_their_ids(tmp_path):
    copies = {f"{number:03}.md": "# Copy\n\nAll alike." for number in range(450)}
    halves = [dict(list(copies.items())[start::2]) for start in (0, 1)]
    one = publish(Layout(tmp_path / "one"), 1, copies)
    two = publish(
        Layout(tmp_path / "two"), 2, halves[0], base=publish(Layout(tmp_path / "two"), 1, halves[1])
    )
    vector = embed(["all alike"])[0]

    lowest = sorted(chunk.chunk_id for path in copies for chunk in one.chunks(path))[:50]
    for asked in (None, vector):
        hits = one.search("all alike", asked, 50)
        assert [hit.chunk_id for hit in hits] == lowest
        assert hits == two.search("all alike", asked, 50)
    for version in (one, two):
        nearest = dense.search(version.view, vector, 200)
        assert len(nearest.rows) == 200
        assert version.view.ids(nearest.rows)[:50].tobytes() == b"".join(lowest)


@pytest.mark.parametrize("dead", [0, 30, 90])
def test_what_is_remembered_of_a_large_part_changes_no_result(tmp_path, monkeypatch, dead):
    """A version without some of the nearest documents asks what the one before it remembered."""
    monkeypatch.setattr(dense_vectors, "LARGE", 1)
    layout = Layout(tmp_path)
    body = "# Note {0}\n\nHow to restart service {0} of team {1}.\n"
    notes = {f"{number:03}.md": body.format(number, number % 7) for number in range(120)}
    first = publish(layout, 1, notes)
    asked = embed(["restart the service of team 3"])[0]
    first.search("", asked, 10)
    best = [first.view.locate(row) for row in dense.search(first.view, asked, 120).rows[:dead]]
    gone = {segment.rows.paths[segment.rows.chunk(row).document] for segment, row in best}
    second = publish(layout, 2, {}, base=first, removed=gone)
    left = {path: body for path, body in notes.items() if path not in gone}
    third = publish(Layout(tmp_path / "fresh"), 3, left)

    for n in (10, 50):
        remembered, anew = (dense.search(each.view, asked, n) for each in (second, third))
        assert len(remembered.rows) == min(n, 120 - len(gone))
        assert remembered.scores.tolist() == anew.scores.tolist()
        assert second.view.ids(remembered.rows).tolist() == third.view.ids(anew.rows).tolist()


def test_a_large_part_is_looked_through_once_for_a_question(tmp_path, monkeypatch):
    monkeypatch.setattr(dense_vectors, "LARGE", 1)
    monkeypatch.setattr(dense_vectors, "REMEMBERED", 2)
    tables = {f"{n:03}.md": " ".join(str(n * k) for k in range(1, 13)) for n in range(1, 50)}
    index = publish(Layout(tmp_path), 1, tables)
    looked: list[int] = []
    search = dense_vectors.Vectors._search

    def counting(*arguments):
        looked.append(1)
        return search(*arguments)

    monkeypatch.setattr(dense_vectors.Vectors, "_search", counting)
    one, two, three = embed([tables["003.md"], tables["005.md"], tables["007.md"]])
    for vector in (one, two, one, two):
        dense.search(index.view, vector, 5)
    assert len(looked) == 2
    for vector in (three, one):  # room for two: the one that was not asked for longest is forgotten
        dense.search(index.view, vector, 5)
    assert len(looked) == 4


def test_bm25_is_what_its_formula_says(index):
    chunks = [chunk for path in DOCUMENTS for chunk in index.chunks(path)]
    texts = {chunk.chunk_id: terms_of(chunk) for chunk in chunks}
    mean = sum(map(len, texts.values())) / len(texts)

    for hit in index.search("restart the service", None, 5):
        expected = 0.0
        for term in set(terms("restart the service")):
            holding = sum(term in words for words in texts.values())
            idf = np.log(1 + (len(texts) - holding + 0.5) / (holding + 0.5))
            words = texts[hit.chunk_id]
            count = words.count(term)
            norm = 1 - bm25.B + bm25.B * len(words) / mean
            expected += idf * count * (bm25.K1 + 1) / (count + bm25.K1 * norm)
        assert hit.lexical == pytest.approx(expected)


def terms_of(chunk):
    """Title and headings count twice more, the path where it says something new."""
    found = [*terms(chunk.title) * 2, *terms(chunk.section) * 2, *terms(plain_text(chunk.text))]
    path = terms(chunk.document.removesuffix(".md").replace("/", " "))
    return [*found, *(word for word in dict.fromkeys(path) if word not in found)]


@pytest.mark.parametrize("question", QUESTIONS)
def test_scores_are_between_0_and_1_and_in_order(index, question):
    for vector in (None, embed([question])[0]):
        hits = index.search(question, vector, 50)
        assert all(0.0 <= hit.score <= 1.0 for hit in hits)
        order = [(-hit.score, hit.chunk_id) for hit in hits]
        assert order == sorted(order)


def test_a_hit_is_the_text_at_its_place(index):
    for question, vector in ASKED:
        for hit in index.search(question, vector, 50):
            assert hit.text == DOCUMENTS[hit.document][hit.start : hit.end]


def test_without_a_vector_nothing_is_said_of_vectors(index):
    assert {hit.dense for hit in index.search("disk", None, 10)} == {None}


def test_with_a_vector_every_hit_has_both_scores(index):
    hits = index.search("zzyzx", embed(["restore the backup of the database"])[0], 5)

    assert hits[0].document == "ops/backup.md"
    assert {hit.lexical for hit in hits} == {0.0}
    assert all(isinstance(hit.dense, float) for hit in hits)


def test_words_that_nothing_holds_find_nothing(index):
    assert index.search("zzyzx", None, 10) == []
    assert index.search("", None, 10) == []
    assert index.search("🚒 ?!", None, 10) == []


def test_a_lexical_score_is_lower_when_words_of_the_question_are_unknown(index):
    known, unknown = (index.search(q, None, 1)[0] for q in ("kubelet", "kubelet zzyzx"))

    assert known.lexical == unknown.lexical
    assert known.score > unknown.score


def test_a_query_of_another_dimension_is_refused(index):
    with pytest.raises(ValueError, match=f"3 dimensions, those of the version {DIMENSIONS}"):
        index.search("disk", np.ones(3, "f4"), 10)


def test_a_fraction_of_k_is_the_beginning_of_more(index):
    for question, vector in ASKED:
        assert index.search(question, vector, 3) == index.search(question, vector, 50)[:3]


def test_a_vectors_score_is_the_same_wherever_its_row_is(tmp_path):
    layout, count, dimensions = Layout(tmp_path), 61, 512
    chance = np.random.default_rng(1)
    vectors = chance.standard_normal((count, dimensions)).astype("f4")
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    query = vectors[5] + vectors[6]

    def scores(first, last):
        documents = [indexed(f"{row}.md", f"Word {row}.") for row in range(last - first)]
        rows = write_rows(layout, documents)
        part = open_vectors(layout, write_vectors(layout, rows, vectors[first:last]))
        return part.scores(query, np.arange(last - first)).tolist()

    whole = scores(0, count)
    for size in (3, 4, 7, 16):
        for first in range(0, count, size):
            assert scores(first, min(first + size, count)) == whole[first : first + size]


@given(
    st.lists(st.sampled_from([0.0, 0.25, 0.5, 1.0]), max_size=40),
    st.integers(1, 50),
    st.randoms(use_true_random=False),
)
def test_the_first_n_are_those_of_the_whole_order(scores, n, chance):
    ids = [bytes([chance.randrange(256) for _ in range(16)]) for _ in scores]
    wanted = sorted(range(len(scores)), key=lambda row: (-scores[row], ids[row]))[:n]
    values = np.array(scores, "f8")
    chosen = reaching(values, n)
    packed = np.frombuffer(b"".join(ids), "u1").reshape(-1, 16)[chosen]

    assert top(chosen, values[chosen], packed, n).rows.tolist() == wanted


def test_the_best_of_both_halves_has_the_score_1():
    fused = fusion.fuse(
        np.array([9.0, 3.0, 0.0]), 9.0, 20.0, np.array([0.7, 0.5, 0.1]), np.array([0.7, 0.5, 0.1])
    )

    assert fused[0] == 1.0
    assert fused.tolist() == sorted(fused, reverse=True)


def test_words_that_cover_little_of_the_question_leave_the_lead_to_the_dense_half():
    """One word of a question in another language is found by chance; or most of its words are."""
    dense_scores = np.array([0.2, 0.5])
    by_chance = fusion.fuse(np.array([6.0, 0.0]), 6.0, 100.0, dense_scores, dense_scores[::-1])
    by_words = fusion.fuse(np.array([30.0, 0.0]), 30.0, 60.0, dense_scores, dense_scores[::-1])

    assert by_chance[1] > by_chance[0]
    assert by_words[0] > by_words[1]


def test_without_a_word_found_the_dense_half_decides_alone():
    fused = fusion.fuse(np.zeros(3), 0.0, 0.0, np.array([0.1, 0.4, np.nan]), np.array([0.4, 0.1]))

    assert fused.tolist() == [0.0, 1.0, 0.0]


def test_rows_that_are_all_alike_are_equally_near():
    fused = fusion.fuse(np.zeros(2), 0.0, 0.0, np.array([0.3, 0.3]), np.array([0.3, 0.3]))

    assert fused.tolist() == [1.0, 1.0]
