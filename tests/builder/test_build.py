"""A build costs what changed, and a version built step by step is the one built from nothing."""

import pytest

from builder import wanted
from builder.build import build
from builder.difference import Difference
from builder.merging import FANOUT, to_merge
from builder.progress import Progress
from knowledge import revisions
from retrieval import embeddings
from retrieval.index import Index
from retrieval.layout import Layout

BODIES = {
    f"ops/{name}.md": f"# {name.title()}\n\nWhat to do about {name}.\n\n## Steps\n\nCall {name}.\n"
    for name in ("disk", "node", "etcd", "dns", "ingress", "vault")
}


def save(**bodies: str) -> None:
    for name, body in bodies.items():
        revisions.save(f"ops/{name}.md", body, actor="alice", door="api")


def made(number: int, base: Index | None) -> tuple[Index, int]:
    """The version of what is saved now, and how many embeddings were computed for it."""
    progress = Progress(number)
    built = build(number, wanted.now(), base, progress)
    progress.close()
    return Index.open(wanted.layout(), number), built.computed


@pytest.fixture
def base(own_indices) -> Index:
    for path, body in BODIES.items():
        revisions.save(path, body, actor="alice", door="api")
    return made(1, None)[0]


def state(layout: Layout) -> dict[str, tuple[int, int]]:
    """Each file of the segments, with what tells whether it was touched."""
    files = [path for path in layout.segments.rglob("*") if path.is_file()]
    return {str(path): (path.stat().st_ino, path.stat().st_mtime_ns) for path in files}


def answers(index: Index) -> list[list[tuple[object, ...]]]:
    """Everything that a search says, but for the version."""
    embedder = wanted.now().embedder
    found = []
    for query in ("what to do about etcd", "call vault", "ingress steps", "Marguerite"):
        hits = index.search(query, embedder.embed_query(query), 20)
        found.append([(h.document, h.section, h.text, h.score, h.lexical, h.dense) for h in hits])
    return found


def test_it_embeds_only_what_changed(base, own_indices):
    save(disk=BODIES["ops/disk.md"] + "\n## Who\n\nMarguerite knows.\n")
    index, computed = made(2, base)
    assert computed == 1
    assert index.document("ops/disk.md")[0].revision == 2


def test_it_embeds_nothing_for_a_document_that_was_renamed(base):
    revisions.delete("ops/disk.md", actor="alice", door="api")
    save(storage=BODIES["ops/disk.md"])
    index, computed = made(2, base)
    assert computed == 0
    assert set(index.revisions()) == (BODIES.keys() - {"ops/disk.md"}) | {"ops/storage.md"}


def test_it_leaves_the_segments_of_what_did_not_change_alone(base, own_indices):
    before = state(own_indices)
    save(disk="# Disk\n\nOther words.\n")
    made(2, base)
    after = state(own_indices)
    assert before == {path: after[path] for path in before}
    assert len(after) > len(before)


def test_it_writes_no_segment_for_a_deletion(base, own_indices):
    before = state(own_indices)
    revisions.delete("ops/vault.md", actor="alice", door="api")
    index, _ = made(2, base)
    assert state(own_indices) == before
    assert index.search("call vault", None, 10)[0].document != "ops/vault.md"


def test_it_drops_a_segment_in_which_nothing_is_left(base):
    save(disk="# Disk\n\nOther words.\n")
    second, _ = made(2, base)
    save(disk="# Disk\n\nYet others.\n")
    third, _ = made(3, second)
    assert len(third.manifest.segments) == 2


def test_a_version_built_step_by_step_answers_as_one_built_from_nothing(base, settings, tmp_path):
    index = base
    for number, edit in enumerate(("Marguerite knows.", "Nobody knows.", "Ask etcd."), start=2):
        save(disk=f"# Disk\n\n{edit}\n", node=f"# Node\n\nCall vault. {edit}\n")
        index, _ = made(number, index)
    revisions.delete("ops/dns.md", actor="alice", door="api")
    stepwise, _ = made(9, index)
    settings.INDICES_DIR = tmp_path / "fresh"
    fresh, _ = made(1, None)
    assert stepwise.revisions() == fresh.revisions()
    assert answers(stepwise) == answers(fresh)


def test_many_edits_do_not_leave_many_segments(base, settings, tmp_path):
    index = base
    for edit in range(2, 40):
        name = list(BODIES)[edit % len(BODIES)]
        body = f"{BODIES[name]}\nEdit {edit} by Marguerite.\n"
        revisions.save(name, body, actor="alice", door="api")
        save(**{f"new{edit}": f"# New {edit}\n\nAbout vault {edit}.\n"})
        index, _ = made(edit, index)
        assert len(index.manifest.segments) < 2 * FANOUT + 2
    settings.INDICES_DIR = tmp_path / "fresh"
    assert answers(index) == answers(made(1, None)[0])


def test_an_interrupted_embedding_is_not_paid_twice(base, monkeypatch):
    save(disk="# Disk\n\nOne.\n\n## Two\n\nTwo.\n", node="# Node\n\nThree.\n")
    real = embeddings.EmbeddingCache.put

    def killed_after(self, *arguments):
        real(self, *arguments)
        raise OSError("killed")

    monkeypatch.setattr(embeddings.EmbeddingCache, "put", killed_after)
    with pytest.raises(OSError, match="killed"):
        made(2, base)
    monkeypatch.setattr(embeddings.EmbeddingCache, "put", real)
    index, computed = made(3, base)
    assert computed == 0
    assert index.manifest.coverage == 1.0


def test_small_segments_are_merged_by_eights():
    assert to_merge([500, *[3] * (FANOUT - 1)]) == []
    assert to_merge([500, *[3] * FANOUT]) == list(range(1, FANOUT + 1))
    assert to_merge([500, *[100] * FANOUT, 3]) == list(range(1, FANOUT + 2))
    assert to_merge([500] * 20) == []


def test_a_document_with_the_same_text_under_a_new_number_is_changed():
    difference = Difference.between({"a": (1, "x"), "b": (1, "y")}, {"a": (3, "x"), "c": (1, "z")})
    assert difference == Difference(added=("c",), changed=("a",), removed=("b",))
    assert difference.written == ("a", "c")


def test_a_version_names_at_most_fifty_paths_of_each_kind():
    after = {f"{number:03}.md": (1, "x") for number in range(60)}
    changes = Difference.between({}, after).as_changes()
    assert (len(changes["added"]), changes["counts"]["added"]) == (50, 60)
