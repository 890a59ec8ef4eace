"""V1 and K2 together: thousands of files at once keep nobody's edit from being served."""

from pathlib import Path

from builder.ahead import MANY
from retrieval.files import locked
from retrieval.layout import Layout
from tests.polling import eventually
from tests.promises.conftest import seeded

FILES = MANY + 200
ZEPHYR = "What is the rollback code for project Zephyr?"


def test_an_edit_that_comes_while_a_burst_is_written_is_live_before_it(tmp_path):
    """The burst is in the database, its writing is held open; an edit is saved; then it goes on."""
    system = seeded(tmp_path / "data", demo=False)
    try:
        layout = Layout(system.data / "indices")
        with locked(layout.ahead_lock):
            _logs(tmp_path / "logs").rename(system.knowledge / "logs")
            eventually(lambda: system.status()["knowledge"]["documents"] > FILES, within=60)
            # What is saved before the burst is noted is a part of it.
            eventually(layout.ahead.exists, within=60, what="the burst is noted")
            body = "# Project Zephyr\n\nThe rollback code for project Zephyr is LYRA-9.\n"
            system.control("PUT", "/api/documents/ops/zephyr.md", json={"body": body})
            system.answers(ZEPHYR, "LYRA-9")
            assert not system.status()["in_sync"]
            assert system.http.get("/health").json()["active"]["documents"] < MANY
        system.in_sync(within=120)
        assert system.search("lot1100", 1)["results"][0]["document"] == "logs/1100.md"
        texts = [row for row in system.versions() if row["trigger"] != "vectors"]
        assert len(texts) <= 4, "the first, the edit, and the burst in a build or two"
    finally:
        system.stop()


def _logs(folder: Path) -> Path:
    """A folder of FILES documents, to be moved in at once."""
    folder.mkdir()
    for number in range(FILES):
        text = f"# Log {number}\n\nThe entry of lot{number:04} was made.\n"
        (folder / f"{number:04}.md").write_text(text)
    return folder
