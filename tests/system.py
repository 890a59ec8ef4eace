"""The whole system as a user starts it: `manage.py up` on its own folder and ports."""

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

import httpx
from celery import Celery

from ragsite.broker import socket_path
from tests.polling import eventually

PROJECT = Path(__file__).resolve().parent.parent
PASSWORD = "correct horse battery staple"


def free_ports(count: int) -> list[int]:
    """Ports that nothing listens on now; held open together so that they differ."""
    with contextlib.ExitStack() as stack:
        sockets = [stack.enter_context(socket.socket()) for _ in range(count)]
        for each in sockets:
            each.bind(("127.0.0.1", 0))
        return [each.getsockname()[1] for each in sockets]


class System:
    """Start it, use it by HTTP and by its folder, kill what you like, stop it."""

    def __init__(self, folder: Path, **environment: str) -> None:
        self.data = folder
        self.knowledge = folder / "knowledge"
        router, v1, v2 = free_ports(3)
        self.url = f"http://127.0.0.1:{router}"
        self.backends = {"v1": f"http://127.0.0.1:{v1}", "v2": f"http://127.0.0.1:{v2}"}
        self.environment = {
            "DATA_DIR": str(folder), "ROUTER_PORT": str(router), "DOTENV": os.devnull,
            "BACKEND_PORT_V1": str(v1), "BACKEND_PORT_V2": str(v2),
            "ADMIN_PASSWORD": PASSWORD, **environment,
        }  # fmt: skip
        self.log = folder / "up.log"
        self.http = httpx.Client(base_url=self.url, timeout=30)
        self.up: subprocess.Popen[bytes] | None = None

    # Its life

    def start(self, *, within: float = 40) -> "System":
        """Returns once the router answers (also with 503 before the first version)."""
        self.data.mkdir(parents=True, exist_ok=True)
        self.http.close()  # of an earlier life
        self.http = httpx.Client(base_url=self.url, timeout=30)
        inherited = {k: v for k, v in os.environ.items() if not k.startswith("PYTEST")}
        with self.log.open("ab") as log:
            self.up = subprocess.Popen(
                [sys.executable, str(PROJECT / "manage.py"), "up"],
                env={**inherited, **self.environment}, cwd=PROJECT,
                stdout=log, stderr=subprocess.STDOUT, start_new_session=True,
            )  # fmt: skip
        eventually(self._answers, within=within, what=f"the router answers; see {self.log}")
        return self

    def _answers(self) -> bool:
        assert self.up is not None
        if self.up.poll() is not None:
            raise RuntimeError(f"`up` ended with {self.up.returncode}:\n{self.logged()[-2000:]}")
        try:
            return self.http.get("/health").status_code in (200, 503)
        except httpx.HTTPError:
            return False

    def stop(self, *, within: float = 15) -> int:
        assert self.up is not None
        self.up.send_signal(signal.SIGTERM)
        self.http.close()
        try:
            return self.up.wait(within)
        except subprocess.TimeoutExpired:
            self.kill_everything()
            raise

    def kill_everything(self) -> None:
        """kill -9 of the supervisor and of every process that it started, as a power cut would."""
        assert self.up is not None
        leaders = self.leaders()
        self.http.close()
        os.kill(self.up.pid, signal.SIGKILL)
        self.up.wait()
        for pid in leaders.values():
            with contextlib.suppress(ProcessLookupError):
                os.killpg(pid, signal.SIGKILL)

    def logged(self) -> str:
        return self.log.read_text(errors="replace")

    def leaders(self) -> dict[str, int]:
        """Process names → the pid that leads each one's group."""
        rows = json.loads((self.data / "run" / "processes.json").read_text())
        return {row["name"]: row["pid"] for row in rows}

    def manage(self, *command: str) -> None:
        """`manage.py`, as an operator runs it beside the running system."""
        subprocess.run(
            [sys.executable, str(PROJECT / "manage.py"), *command],
            env={**os.environ, **self.environment}, cwd=PROJECT, check=True,
            stdout=subprocess.DEVNULL,
        )  # fmt: skip

    # The control plane

    @property
    def token(self) -> str:
        return (self.data / "secrets" / "control_token").read_text().strip()

    def control(self, method: str, path: str, **keywords: Any) -> httpx.Response:
        headers = {"Authorization": f"Bearer {self.token}"}
        return self.http.request(method, path, headers=headers, **keywords)

    def run_task(self, name: str) -> None:
        """As the schedule does, now."""
        with Celery(broker=f"redis+socket://{socket_path(self.data / 'run')}") as app:
            app.send_task(name)

    def status(self) -> dict[str, Any]:
        response = self.control("GET", "/api/status")
        assert response.status_code == 200, response.text
        return response.json()

    def versions(self) -> list[dict[str, Any]]:
        return self.control("GET", "/api/versions").json()["results"]

    def activations(self) -> list[dict[str, Any]]:
        return self.control("GET", "/api/activations?page_size=500").json()["results"]

    # The knowledge

    def write(self, path: str, text: str) -> None:
        """As an editor saves: a temporary file beside it, renamed over it."""
        target = self.knowledge / path
        target.parent.mkdir(parents=True, exist_ok=True)
        temporary = target.with_name(f".{target.name}.saving")
        temporary.write_text(text)
        temporary.replace(target)

    def remove(self, path: str) -> None:
        (self.knowledge / path).unlink()

    def in_sync(self, *, within: float = 60) -> dict[str, Any]:
        """Waits until what is served is what the folder and the database hold."""

        def synced() -> dict[str, Any] | None:
            status = self.status()
            assert status["in_sync"], status
            return status

        return eventually(synced, within=within, what="in sync")

    # The data plane

    def ask(self, question: str, **keywords: Any) -> dict[str, Any]:
        response = self.http.post("/api/ask", json={"question": question, **keywords})
        assert response.status_code == 200, (response.status_code, response.text)
        return response.json()

    def search(self, question: str, k: int = 10) -> dict[str, Any]:
        response = self.http.get("/api/search", params={"q": question, "k": k})
        assert response.status_code == 200, (response.status_code, response.text)
        return response.json()

    def health(self) -> dict[str, Any]:
        return self.http.get("/health").json()

    def answers(self, question: str, words: str, *, within: float = 30) -> dict[str, Any]:
        """Waits until the answer to `question` holds `words`."""

        def holds() -> dict[str, Any] | None:
            answer = self.ask(question)
            assert words in answer["answer"], answer
            return answer

        return eventually(holds, within=within, what=f"{question!r} is answered with {words!r}")
