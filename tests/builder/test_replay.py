"""V5, step_by_step_equals_from_nothing: after any real history of edits, to the bit.

Our own history always runs; the real one where its archive lies beside the project: its first
steps in the suite, all of them by `make replay`.
"""

import os
import random

import pytest

from builder import merging
from tests import real_history
from tests.builder.replaying import Replay

REPLAY = int(os.environ.get("REPLAY", "0"))  # n: all steps, compared after every n-th
FIRST, EVERY = 10, 5  # in the suite: so many steps, compared so often

TWIN = "# Twin\n\nThe same words stand in several documents.\n"
TEXTS = [
    "# Disk full\n\nRemove old journals with `journalctl --vacuum-size`.\n\n## Then\n\nCall Ada.\n",
    "# Sauvegardes\n\nLa base est sauvegardée chaque nuit.\n\n## Restauration\n\nArrêtez tout.\n",
    TWIN,
    "",
    "---\ntitle: Nothing\n---\n",
    "# Astreinte\n\nPrenez l'appel en cinq minutes. 🚒 Prévenez l'équipe.\n" * 6,
    "# Etcd\n\n" + "\n\n".join(f"## Member {n}\n\nRestart member {n}, slowly." for n in range(9)),
    "| a | b |\n|---|---|\n| the | le |\n",
    "the le la de\r\n\r\nand et\r\n",
]


@pytest.fixture(autouse=True)
def settled(quiet_indices, settings):
    settings.KEEP_VERSIONS = 3
    settings.COLLECT_GRACE_SECONDS = 0


@pytest.fixture
def small_tiers(monkeypatch):
    """Segments of more than three live chunks count as large, so that few edits compact."""
    monkeypatch.setattr(merging, "SMALL", 3)
    monkeypatch.setattr(merging, "TIERS", ((1, 3), (-1, 1)))
    monkeypatch.setattr(merging, "FANOUT", 3)


def test_step_by_step_equals_from_nothing(small_tiers):
    """Adds, deletes, renames, twins, empty texts, texts that return, a document that wanders."""
    replay = Replay()
    replay.step([("write", f"base/{n}.md", text) for n, text in enumerate(TEXTS)])
    replay.step([("write", "twin/one.md", TWIN), ("write", "twin/two.md", TWIN)])
    replay.step([("rename", "base/6.md", "moved/6.md"), ("delete", "base/0.md", "")])
    replay.compare(replay.step([("write", "base/0.md", TEXTS[0])]))
    for turn in range(3):
        replay.step([("rename", "twin/one.md", "twin/three.md")])
        replay.step([("rename", "twin/three.md", "twin/one.md")])
        replay.compare(replay.step([("write", "base/3.md", TEXTS[turn]), ("write", "x.md", "")]))
    replay.step([("delete", path, "") for path in sorted(replay.texts)])
    replay.compare(replay.step([]))
    replay.compare(replay.step([("write", "base/1.md", TEXTS[1])]))
    assert replay.compactions


@pytest.mark.parametrize("seed", range(3))
def test_it_does_so_for_edits_at_random(small_tiers, seed):
    draw, replay = random.Random(seed), Replay()
    paths = [f"{draw.choice('abc')}/{n}.md" for n in range(14)]
    for turn in range(24):
        operations = []
        for path in draw.sample(paths, draw.randint(1, 4)):
            if path in replay.texts and draw.random() < 0.35:
                operations.append(("delete", path, ""))
            else:
                text = draw.choice(TEXTS) + draw.choice(["", "\n\nEt encore.\n", f"\n\n{turn}.\n"])
                operations.append(("write", path, text))
        index = replay.step(operations)
        if turn % 8 == 7:
            replay.compare(index, count=6)
    assert replay.compactions


def test_it_does_so_for_a_real_history(tmp_path):
    history = real_history.unpacked(tmp_path)
    texts, steps = history.texts, [step.operations for step in history.steps]
    if not REPLAY:
        steps = steps[:FIRST]
        touched = {path for step in steps for operation in step for path in operation[1:2]}
        texts = {path: text for path, text in texts.items() if path in touched}
    replay = Replay()
    replay.step([("write", path, text) for path, text in texts.items()])
    for number, operations in enumerate(steps, start=1):
        index = replay.step(operations)
        if number % (REPLAY or EVERY) == 0:
            replay.compare(index)
