"""Several processes on one database file and one folder, some of them killed."""

import json
import os
import random
import subprocess
import sys
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SETUP = "import django; django.setup(); from knowledge import revisions, sync\n"
SAVE = (
    SETUP
    + """
import sys
for number in range(25):
    revisions.save("a.md", f"{sys.argv[1]} {number}", actor=sys.argv[1], door="api")
"""
)
RECONCILE = (
    SETUP
    + """
while True:
    sync.reconcile_folder()
"""
)
REPORT = (
    SETUP
    + """
import json
for _ in range(3):
    sync.reconcile_folder()
from knowledge.models import Document, Revision
print(json.dumps({
    "in_sync": sync.compare_folder().in_sync,
    "bodies": list(Revision.objects.values_list("body", flat=True)),
    "numbers": sorted(Revision.objects.values_list("document__path", "number")),
    "live": {each.path: each.revision.body for each in revisions.live()},
}))
"""
)


@pytest.fixture
def python(tmp_path):
    """Starts Python programs that share one system: a database file, a folder, a lock."""
    environment = {
        **os.environ,
        "DATA_DIR": str(tmp_path),
        "DJANGO_SETTINGS_MODULE": "ragsite.settings",
        "REDIS_URL": f"redis+socket://{tmp_path}/none.sock",
        "LOG_LEVEL": "CRITICAL",
    }
    (tmp_path / "knowledge").mkdir()
    started = []

    def start(code, *arguments):
        process = subprocess.Popen(
            [sys.executable, "-c", code, *arguments],
            cwd=ROOT,
            env=environment,
            stdout=subprocess.PIPE,
        )
        started.append(process)
        return process

    migrate = [sys.executable, "manage.py", "migrate", "-v0"]
    subprocess.run(migrate, cwd=ROOT, env=environment, check=True)
    yield start
    for process in started:
        process.kill()
        process.communicate()


def report(python):
    out, _ = python(REPORT).communicate(timeout=60)
    return json.loads(out)


def test_saves_at_the_same_time_get_numbers_of_their_own(python):
    savers = [python(SAVE, name) for name in ("alice", "bob")]
    for saver in savers:
        assert saver.wait(60) == 0
    found = report(python)
    assert found["numbers"] == [["a.md", number] for number in range(1, 51)]
    assert len(set(found["bodies"])) == 50


def test_kills_between_any_two_steps_lose_nothing(python, tmp_path):
    """Both doors are used while the reconcile is killed again and again."""
    folder = tmp_path / "knowledge"
    choice = random.Random(1)
    saver = python(SAVE, "alice")
    last = {}
    for round_ in range(4):
        victim = python(RECONCILE)
        deadline = time.monotonic() + choice.uniform(1.0, 1.6)
        step = 0
        while time.monotonic() < deadline:
            name = f"{choice.choice('abc')}.md"
            last[name] = f"typed {round_} {step}"
            (folder / "new").write_text(last[name])
            (folder / "new").rename(folder / name)
            step += 1
            while choice.random() < 0.999:
                pass
        victim.kill()
        victim.wait()
    assert saver.wait(60) == 0
    found = report(python)
    assert found["in_sync"]
    assert {path.name: path.read_text() for path in folder.glob("*.md")} == found["live"]
    assert set(last.values()) <= set(found["bodies"])
    assert {f"alice {number}" for number in range(25)} <= set(found["bodies"])
