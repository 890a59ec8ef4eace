"""The system under drill, by its public port and the control token."""

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx

from builder.drill.errors import NotInTime, Refused, Told

POLL_SECONDS = 0.05
DOCUMENT = "manage-py-drill.md"
TEXT = (
    "# Drill of this installation\n\n`manage.py drill` wrote this document, edits it a few times "
    "and deletes it at its end. If you read this while no drill runs, delete it.\n\n"
    "The drill's turn is number {turn}.\n"
)
REASON = {"reason": "drill"}


class Target:
    """`run_dir` holds processes.json where the system runs on this machine under `up`."""

    def __init__(self, url: str, token: str, run_dir: Path, patience: float = 30.0) -> None:
        self.url = url
        self.run_dir = run_dir
        self.patience = patience
        self.headers = {"Authorization": f"Bearer {token}", "X-Purpose": "drill"}
        self._client = httpx.Client(
            base_url=url, headers=self.headers, timeout=60.0, trust_env=False
        )
        self._turn = 0

    def close(self) -> None:
        self._client.close()

    def call(
        self, method: str, path: str, *, expected: tuple[int, ...] = (), **content: Any
    ) -> Any:
        """The JSON of a call that went well, or whose status is expected."""
        answer = self._client.request(method, path, **content)
        if not (answer.is_success or answer.status_code in expected):
            raise Told(f"{method} {path} was answered {answer.status_code}: {answer.text[:300]}")
        return answer.json() if answer.content else None

    def until(self, condition: Callable[[], Any], what: str) -> None:
        """Waits for it; a connection that a killed process cut counts as not yet."""
        deadline = time.monotonic() + self.patience
        while True:
            try:
                if condition():
                    return
            except (httpx.TransportError, Told):
                pass
            if time.monotonic() > deadline:
                raise NotInTime(f"{what}: not within {self.patience:g} s.")
            time.sleep(POLL_SECONDS)

    def status(self) -> dict[str, Any]:
        return dict(self.call("GET", "/api/status"))

    def require_quiet(self) -> dict[str, Any]:
        """Its status, if nothing is on its way or held; else Refused."""
        try:
            status = self.status()
        except (httpx.TransportError, Told) as error:
            raise Refused(f"The system at {self.url} cannot be drilled: {error}") from error
        if held := status["held"]:
            raise Refused(f"{held['by']} stopped updates ({held['reason']}). Resume them first.")
        if status["policy"] != "auto":
            raise Refused("A person decides what goes live here. Switch to automatic first.")
        if not _is_quiet(status):
            raise Refused("Not all edits are served yet. Wait, or see /api/status for why.")
        if status["active"] is None:
            raise Refused("Nothing is served yet. Add a document first.")
        return status

    def questions(self) -> list[str]:
        """What the system itself suggests; else one that any knowledge may abstain from."""
        answer = self._client.get("/api/suggestions")
        suggested = answer.json()["questions"] if answer.is_success else []
        return [*suggested, "What is this about?"]

    def health(self) -> dict[str, Any]:
        return dict(self.call("GET", "/health", expected=(503,)))

    def edit(self) -> None:
        """Saves the drill's document anew, and waits until it is served."""
        self._turn += 1
        body = {"body": TEXT.format(turn=self._turn)}
        self.call("PUT", f"/api/documents/{DOCUMENT}", json=body)
        self.await_sync("An edit is served")

    def await_sync(self, what: str) -> None:
        self.until(lambda: _is_quiet(self.status()), what)

    def older_versions(self) -> list[int]:
        """Those below the served one that may be served, newest first."""
        active = self.status()["active"]["version"]
        rows = self.call("GET", "/api/versions")["results"]
        return [v["number"] for v in rows if v["activatable"] and v["number"] < active]

    def activate(self, number: int) -> None:
        self.call("POST", f"/api/versions/{number}/activate", json=REASON)

    def rollback(self) -> None:
        self.call("POST", "/api/rollback", json=REASON)

    def resume(self) -> None:
        self.call("POST", "/api/resume")

    def restore(self, before: dict[str, Any]) -> None:
        """As it was: no drill document, no hold, the same knowledge served."""
        path = f"/api/documents/{DOCUMENT}"
        self.until(lambda: self.call("DELETE", path, expected=(404,)) or True, "Its document goes")
        self.until(self._is_going_on, "What was served before is served again")
        status = self.status()
        if status["knowledge"] != before["knowledge"]:
            raise NotInTime("The knowledge was edited by others during the drill.")

    def _is_going_on(self) -> bool:
        """Looked at together: a rollback that was under way may place its hold after a resume."""
        status = self.status()
        if status["held"]:
            self.resume()
        return _is_quiet(status) and not status["held"]


def _is_quiet(status: dict[str, Any]) -> bool:
    """In sync, and no build under way that would go live yet."""
    return bool(status["in_sync"] and not status["building"])
