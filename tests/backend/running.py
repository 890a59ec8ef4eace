"""A backend as it is run: gunicorn with its worker, on a loopback port, in a group of its own."""

import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from retrieval.layout import Layout
from tests.polling import eventually


@dataclass
class Backend:
    url: str
    layout: Layout
    data_dir: Path
    slot: str
    process: subprocess.Popen[bytes]
    client: httpx.Client

    def get(self, path: str, **options: Any) -> httpx.Response:
        return self.client.get(path, **options)

    def ask(self, question: str, **fields: Any) -> dict[str, Any]:
        response = self.client.post("/ask", json={"question": question, **fields})
        assert response.status_code == 200, response.text
        return response.json()

    def stream(self, question: str, **headers: str) -> list[tuple[str, Any]]:
        response = self.client.post(
            "/ask", json={"question": question}, headers={"Accept": "text/event-stream", **headers}
        )
        assert response.status_code == 200, response.text
        return events(response.text)

    def logged(self) -> list[dict[str, Any]]:
        files = sorted((self.data_dir / "questions").glob("*.jsonl"))
        return [json.loads(line) for file in files for line in file.read_text().splitlines()]

    def workers(self) -> list[int]:
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children")
        return [int(pid) for pid in children.read_text().split()]


def events(text: str) -> list[tuple[str, Any]]:
    found = []
    for block in text.split("\n\n"):
        if block:
            name, data = block.split("\n")
            found.append((name.removeprefix("event: "), json.loads(data.removeprefix("data: "))))
    return found


@contextmanager
def running(layout: Layout, data_dir: Path, slot: str = "v1", **environ: str) -> Iterator[Backend]:
    """Runs it until the block ends; `environ` adds to its environment."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        # Handed over, so that no other test can take the port in between.
        process = _start(layout, data_dir, slot, listener, environ)
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        try:
            with httpx.Client(base_url=url, timeout=20) as client:
                eventually(lambda: client.get("/nothing").status_code == 404, within=30)
                yield Backend(url, layout, data_dir, slot, process, client)
        finally:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def _start(
    layout: Layout, data_dir: Path, slot: str, listener: socket.socket, environ: dict[str, str]
) -> "subprocess.Popen[bytes]":
    data_dir.mkdir(parents=True, exist_ok=True)
    ours = {
        "INDEX_PATH": str(layout.slot(slot)),
        "DATA_DIR": str(data_dir),
        "PROMETHEUS_MULTIPROC_DIR": str(data_dir / "metrics"),
    }
    options = ["-k", "uvicorn_worker.UvicornWorker", "-w", "1", "--no-control-socket"]
    with (data_dir / "backend.log").open("ab") as log:
        return subprocess.Popen(
            [sys.executable, "-m", "gunicorn", *options, "--keep-alive", "75",
             "-b", f"fd://{listener.fileno()}", "backend.app:app"],
            env={**os.environ, **ours, **environ},
            pass_fds=[listener.fileno()],
            stdout=log,
            stderr=log,
            start_new_session=True,
        )  # fmt: skip
