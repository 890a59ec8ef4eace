"""The files in which processes count: each its own, also in containers, and gone when all are."""

import os
import socket
import subprocess
import sys

import pytest

from retrieval import metrics
from tests.system import PROJECT

COUNTING = """
import sys
import django
django.setup()
import backend.metrics, builder.metrics, routing.switch_metrics, routing.data_plane.metrics
builder.metrics.unserved_edits.set(3)
print("counted", flush=True)
sys.stdin.readline()
"""


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "metrics"


@pytest.fixture
def counting(folder, tmp_path):
    """A process with all our metrics, until its input ends."""
    environment = os.environ | {
        "DJANGO_SETTINGS_MODULE": "ragsite.settings", "DATA_DIR": str(tmp_path),
        "PROMETHEUS_MULTIPROC_DIR": str(folder),
    }  # fmt: skip
    process = subprocess.Popen(
        [sys.executable, "-c", COUNTING], cwd=PROJECT, env=environment, text=True,
        stdin=subprocess.PIPE, stdout=subprocess.PIPE,
    )  # fmt: skip
    assert process.stdout.readline() == "counted\n"
    yield process
    process.communicate()


def test_each_file_is_named_by_host_and_pid(folder, counting):
    process = f"{metrics.host_in_names(socket.gethostname())}-{counting.pid}"
    assert {file.name for file in folder.glob("*.db")} == {
        f"{kind}_{process}.db" for kind in ("counter", "histogram", "gauge_mostrecent")
    }


def test_a_host_s_name_is_one_part_of_the_file_s():
    assert metrics.host_in_names("my_laptop.lan") == "my-laptop.lan"


def test_what_ended_processes_left_is_forgotten_and_nothing_of_the_living(folder, counting):
    living = set(folder.iterdir())
    for name in ("counter_gone-8.db", "gone-8.lock", "counter_12.db"):
        (folder / name).touch()
    metrics.forget(folder)
    assert set(folder.iterdir()) == living
    counting.communicate()
    metrics.forget(folder)
    assert list(folder.iterdir()) == []
