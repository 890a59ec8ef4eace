"""V6 and V11: what a build costs, and what is kept."""

import sqlite3
from contextlib import closing

import pytest

from tests.polling import eventually
from tests.promises.conftest import collect, seeded

KEEP = 4
COMPACTED = "Compacted "  # in the worker's log


@pytest.fixture(scope="module")
def system(tmp_path_factory):
    folder, keep = tmp_path_factory.mktemp("disk") / "data", str(KEEP)
    started = seeded(folder, demo=False, KEEP_VERSIONS=keep, COLLECT_GRACE_SECONDS="0")
    yield started
    assert started.stop() == 0


def put(system, path: str, text: str) -> int:
    """Save it, and return the number of the version that serves it."""
    answer = system.control("PUT", f"/api/documents/{path}", json={"body": text})
    assert answer.status_code in (200, 201), answer.text
    return system.in_sync()["active"]["version"]


def embeddings(system) -> int:
    with closing(sqlite3.connect(system.data / "indices" / "embeddings.sqlite3")) as database:
        return database.execute("SELECT count(*) FROM embeddings").fetchone()[0]


def segments(system) -> dict[str, int]:
    """Each file under segments/ and its size."""
    folder = system.data / "indices" / "segments"
    return {str(path): path.stat().st_size for path in folder.glob("[!.]*/*")}


def kept(system) -> list[int]:
    folder = system.data / "indices" / "versions"
    return sorted(int(path.parent.name) for path in folder.glob("*/manifest.json"))


def test_a_build_costs_what_changed(system):
    """V6. One document among N and among 4N: the same embeddings, and about the same bytes."""
    costs = []
    for many in (30, 120):
        for number in range(many):
            system.write(f"n{many}/{number}.md", f"# Note {number} of {many}\n\nAbout {number}.\n")
        system.in_sync()
        embedded, before = embeddings(system), segments(system)
        put(
            system, "ops/zephyr.md", f"# Zephyr\n\nThe code of {many} is ORION.\n\n## Who\n\nAda.\n"
        )
        written = {path: size for path, size in segments(system).items() if path not in before}
        costs.append((embeddings(system) - embedded, sum(written.values())))
    (few, bytes_of_few), (many, bytes_of_many) = costs
    assert few == many <= 2
    assert 0 < bytes_of_many <= 1.5 * bytes_of_few


BERTH = "Which ship is at berth 7?"


def berths(system, count: int, word: str) -> None:
    for number in range(count):
        text = f"# Berth {number}\n\nThe {word} ship of berth {number} is here.\n"
        system.write(f"berths/{number:03d}.md", text)
    system.in_sync()


def compact(system) -> None:
    """Half of a segment dies, and is given back: what the schedule does, and the next build."""
    before = system.logged().count(COMPACTED)
    berths(system, 60, "second")

    def done() -> bool:
        system.run_task("builder.tasks.compact")
        return system.logged().count(COMPACTED) > before

    eventually(done, within=60, what="a segment is compacted")


def test_kept_is_kept(system):
    """V11. Edits, a pin, a rollback and its hold, with compaction and collection in between: what
    is kept answers as it did, and the disk does not grow with the edits.
    """
    question = "What is the code of the turbine?"
    berths(system, 150, "first")

    def edit(turn: int) -> int:
        text = (
            f"# Turbine\n\nThe code of the turbine is T{turn}.\n\n## More\n\nSince turn {turn}.\n"
        )
        return put(system, "ops/turbine.md", text)

    first = edit(0)
    pinned = system.control("POST", f"/api/versions/{first}/pin", json={"reason": "kept"})
    assert pinned.status_code == 200, pinned.text
    answers = {first: system.ask(question)}
    berth_of_first = system.ask(BERTH)
    assert "first ship" in berth_of_first["answer"]
    compact(system)
    sizes = []
    for turn in range(1, 41):
        number = edit(turn)
        answers[number] = system.ask(question)
        if turn in (14, 40):
            collect(system, keep=KEEP)
            eventually(lambda: not system.status()["building"])
            sizes.append((len(list((system.data / "indices" / "segments").iterdir())),
                          sum(segments(system).values())))  # fmt: skip
    assert kept(system)[0] == first
    assert set(kept(system)) <= answers.keys()
    assert sizes[1][0] <= sizes[0][0] + 16
    assert sizes[1][1] <= 1.5 * sizes[0][1]

    back = system.control("POST", "/api/rollback", json={"reason": "held"}).json()["version"]
    collect(system, keep=KEEP)
    for number in [*kept(system), back]:
        done = system.control("POST", f"/api/versions/{number}/activate", json={"reason": "proof"})
        assert done.status_code == 200, done.text
        again = system.ask(question)
        assert (again["answer"], again["citations"], again["version"]) == (
            answers[number]["answer"], answers[number]["citations"], number,
        )  # fmt: skip
        if number == first:
            berth = system.ask(BERTH)
            assert berth["answer"] == berth_of_first["answer"], "of a segment that was compacted"
            assert berth["citations"] == berth_of_first["citations"]
    gone = min(set(answers) - set(kept(system)))
    refused = system.control("POST", f"/api/versions/{gone}/activate", json={"reason": "proof"})
    assert (refused.status_code, refused.json()["code"]) == (410, "version_collected")
    assert system.status()["held"]
