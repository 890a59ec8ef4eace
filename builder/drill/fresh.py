"""A system of the drill's own: in a temporary folder, on free ports, with the demo documents."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from django.conf import settings

from builder.drill.errors import NotInTime
from builder.drill.target import Target

START_SECONDS = 60.0
STOP_SECONDS = 15.0
OURS = ("DATA_DIR", "KNOWLEDGE_DIR", "INDICES_DIR", "INDEX_PATH", "DATABASE_URL", "REDIS_URL",
        "CONTROL_TOKEN", "SECRET_KEY", "BACKEND_URL_V1", "BACKEND_URL_V2", "GEMINI_API_KEY",
        "OPENAI_BASE_URL", "PROMETHEUS_MULTIPROC_DIR", "PUBLISH_POLICY")  # fmt: skip


@contextmanager
def system(patience: float) -> Iterator[Target]:
    """Started and in sync; ended, and its folder gone, afterwards."""
    folder = Path(tempfile.mkdtemp(prefix="drill-"))
    try:
        shutil.copytree(settings.BASE_DIR / "demo", folder / "knowledge")
        ports = _free_ports(3)
        with (folder / "up.log").open("wb") as log:
            up = _start(folder, ports, log.fileno())
        try:
            target = _ready(folder, ports[0], up, patience)
            try:
                yield target
            finally:
                target.close()
        finally:
            _stop(up)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _start(folder: Path, ports: list[int], log: int) -> "subprocess.Popen[bytes]":
    names = ("ROUTER_PORT", "BACKEND_PORT_V1", "BACKEND_PORT_V2")
    environment = {name: value for name, value in os.environ.items() if name not in OURS}
    environment |= {name: str(port) for name, port in zip(names, ports, strict=True)}
    environment |= {"DATA_DIR": str(folder), "ROUTER_HOST": "127.0.0.1", "DOTENV": os.devnull}
    return subprocess.Popen(  # noqa: S603 - our own command
        [sys.executable, str(settings.BASE_DIR / "manage.py"), "up"],
        env=environment, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True,
    )  # fmt: skip


def _ready(folder: Path, port: int, up: "subprocess.Popen[bytes]", patience: float) -> Target:
    token = folder / "secrets" / "control_token"
    deadline = time.monotonic() + START_SECONDS
    while not token.exists():
        if up.poll() is not None or time.monotonic() > deadline:
            log = (folder / "up.log").read_text(errors="replace")
            raise NotInTime(f"A fresh system did not start:\n{log[-2000:]}")
        time.sleep(0.1)
    target = Target(
        f"http://127.0.0.1:{port}", token.read_text().strip(), folder / "run", START_SECONDS
    )
    target.until(lambda: target.status()["in_sync"] and target.status()["active"], "It serves")
    target.patience = patience
    return target


def _stop(up: "subprocess.Popen[bytes]") -> None:
    up.send_signal(signal.SIGTERM)
    try:
        up.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        up.kill()
        up.wait()


def _free_ports(count: int) -> list[int]:
    """Held open together, so that they differ."""
    with ExitStack() as stack:
        sockets = [stack.enter_context(socket.socket()) for _ in range(count)]
        for each in sockets:
            each.bind(("127.0.0.1", 0))
        return [each.getsockname()[1] for each in sockets]
