"""K1: folder and API are edited at random, together, while worker and watcher are killed."""

import hashlib
import os
import random
import signal

from tests.polling import eventually

PATHS = ["k1/a.md", "k1/b.md", "k1/sub/c.md"]
KILLS = {20: "worker", 35: "watcher", 50: "worker", 65: "watcher"}
STEPS = 80


class Editors:
    """Two people who type at random; `owed`: the sums of the texts that they may count on."""

    def __init__(self, system, seed):
        self.system = system
        self.chance = random.Random(seed)
        self.owed = set()

    def step(self, number):
        path = self.chance.choice(PATHS)
        body = f"# Note {number}\n\nStep {number} of the editors, through one door or the other.\n"
        self.chance.choice([self.put, self.put, self.write, self.write, self.remove])(path, body)

    def put(self, path, body):
        saved = self.system.control("PUT", f"/api/documents/{path}", json={"body": body})
        assert saved.is_success, saved.text
        self.owed.add(_sum(body.encode()))

    def write(self, path, body):
        """Who types over their own text before anyone saw it has lost it themselves."""
        self._give_up(path)
        self.system.write(path, body)
        self.owed.add(_sum(body.encode()))

    def remove(self, path, _):
        self._give_up(path)
        (self.system.knowledge / path).unlink(missing_ok=True)

    def _give_up(self, path):
        file = self.system.knowledge / path
        if file.exists() and _sum(file.read_bytes()) not in self.history():
            self.owed.discard(_sum(file.read_bytes()))

    def history(self):
        found = set()
        for path in PATHS:
            url = f"/api/documents/{path}?history=1&page_size=500"
            pages = self.system.control("GET", url)
            if pages.status_code == 200:
                found |= {each["sha256"] for each in pages.json()["results"]}
        return found


def test_no_edit_is_lost(system):
    """K1. At the end both sides are equal, and every text is found through the API's history.

    Who writes a file between the look of `_give_up` and their own write can't come: this is the
    folder's only editor; what the sync writes there is in the history before.
    """
    editors = Editors(system, seed=4)
    for number in range(STEPS):
        editors.step(number)
        if number in KILLS:
            os.killpg(system.leaders()[KILLS[number]], signal.SIGKILL)
    system.in_sync()

    for path in PATHS:
        document = system.control("GET", f"/api/documents/{path}")
        file = system.knowledge / path
        assert (document.status_code == 200) == file.exists()
        assert not file.exists() or document.json()["body"] == file.read_text()
    assert editors.owed <= editors.history()

    def all_run_again():
        leaders = system.leaders()
        return all(_lives(leaders[name]) for name in ("worker", "watcher"))

    eventually(all_run_again, what="worker and watcher are back")
    for path in PATHS:
        system.control("DELETE", f"/api/documents/{path}")
    system.in_sync()


def _sum(data):
    return hashlib.sha256(data).hexdigest()


def _lives(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True
