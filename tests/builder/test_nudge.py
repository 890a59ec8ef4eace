"""The nudge reaches a real worker through a real broker, and a dead broker harms no save."""

import os
import signal
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path

import pytest
from celery import Celery

from builder import nudge
from knowledge import revisions
from ragsite import broker
from retrieval.layout import Layout
from routing import signals
from tests.polling import eventually
from tests.routing.indices import serving, two_ports
from tests.system import PROJECT

DISK = "# Disk full\n\nWhen the disk is full, remove old journals.\n"


@pytest.fixture
def run_dir():
    """A short path: a socket's is limited."""
    with tempfile.TemporaryDirectory(prefix="kb-") as folder:
        yield Path(folder)


@contextmanager
def running(command: list[str], output: Path, **environment: str):
    with output.open("wb") as log:
        process = subprocess.Popen(
            command, cwd=PROJECT, env={**os.environ, **environment}, stdout=log,
            stderr=subprocess.STDOUT, start_new_session=True,
        )  # fmt: skip
    try:
        yield process
    finally:
        process.send_signal(signal.SIGCONT)
        process.terminate()
        process.wait(15)


@pytest.fixture
def valkey(run_dir):
    """The embedded broker's process; its socket is there once it listens."""
    with running(broker.command(run_dir), run_dir / "broker.log") as process:
        eventually(broker.socket_path(run_dir).exists, what="the broker listens")
        yield process


def celery(run_dir: Path) -> Celery:
    """As the settings have it, on the test's own broker."""
    app = Celery("client", set_as_current=False)
    app.config_from_object("django.conf:settings", namespace="CELERY")
    app.conf.broker_url = f"redis+socket://{broker.socket_path(run_dir)}"
    return app


@pytest.fixture
def client(run_dir, monkeypatch):
    """The nudge's task, sent through the test's broker."""
    app = celery(run_dir)

    @app.task(name="builder.tasks.reconcile", shared=False)
    def reconcile(hinted):
        """Only sent from here."""

    monkeypatch.setattr(nudge.tasks, "reconcile", reconcile)
    yield app
    app.close()


def queued(app: Celery) -> int:
    with app.connection_for_read() as connection:
        return connection.default_channel.client.llen("celery")


@pytest.mark.django_db(transaction=True)
def test_a_save_nudges_the_worker(valkey, client):
    revisions.save("disk.md", DISK, actor="alice", door="admin")
    assert queued(client) == 1


def test_a_resume_nudges_the_worker(valkey, client, db, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        signals.resumed.send(sender=None)
    assert queued(client) == 1


@pytest.mark.django_db(transaction=True)
def test_a_dead_broker_harms_no_save(client, caplog):
    started = time.perf_counter()
    revisions.save("disk.md", DISK, actor="alice", door="admin")
    assert time.perf_counter() - started < 2
    assert revisions.get("disk.md").body == DISK
    assert "could not be told" in caplog.text


@pytest.mark.django_db(transaction=True)
def test_a_broker_that_came_back_is_nudged_again(run_dir, client, caplog):
    command, log = broker.command(run_dir), run_dir / "broker.log"
    with running(command, log):
        eventually(broker.socket_path(run_dir).exists)
        revisions.save("disk.md", DISK, actor="alice", door="admin")
        before = queued(client)
    with running(command, log):
        eventually(broker.socket_path(run_dir).exists)

        def nudged() -> bool:
            nudge.nudge()
            return queued(client) > before

        eventually(nudged, what="the nudge finds the broker again")


def test_a_worker_serves_what_the_folder_holds(run_dir, valkey, tmp_path):
    data, log = run_dir / "data", tmp_path / "worker.log"
    (data / "knowledge").mkdir(parents=True)
    (data / "knowledge" / "disk.md").write_text(DISK)
    (data / "indices").mkdir()
    environment = {
        "DATA_DIR": str(data), "DJANGO_SETTINGS_MODULE": "ragsite.settings",
        "REDIS_URL": f"redis+socket://{broker.socket_path(run_dir)}",
    }  # fmt: skip
    with serving(Layout(data / "indices"), two_ports()) as urls:
        environment |= {f"BACKEND_URL_{slot.upper()}": url for slot, url in urls.items()}
        subprocess.run(
            [sys.executable, "manage.py", "migrate", "--verbosity", "0"],
            cwd=PROJECT, env={**os.environ, **environment}, check=True, capture_output=True,
        )  # fmt: skip
        worker = [
            sys.executable, "-m", "celery", "-A", "ragsite", "worker", "--pool", "threads",
            "--concurrency", "2", "--without-gossip", "--without-mingle", "--loglevel", "WARNING",
        ]  # fmt: skip
        with running(worker, log, **environment):
            with celery(run_dir) as app:
                app.send_task("builder.tasks.reconcile")
            eventually(
                lambda: "Activated v1" in log.read_text(), within=60, what=f"it is served; {log}"
            )
    assert (data / "active_version").read_text() == "v1\n"
