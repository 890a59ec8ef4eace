"""What a test says to the stand-in server, and asks it."""

from typing import Any

import httpx


class Site:
    def __init__(self, client: httpx.Client) -> None:
        self._client = client
        self.address = str(client.base_url)

    def serve(self, health: dict[str, Any]) -> None:
        """Replaces what /health says."""
        self._client.put("/stand-in/health", json=health)

    def step(self, times: int = 1) -> None:
        """Lets the next events of a question that begins with "step" go."""
        for _ in range(times):
            self._client.post("/stand-in/step")

    def reset(self) -> None:
        self._client.delete("/stand-in/all")

    def asked(self) -> list[dict[str, Any]]:
        """The bodies that came to /api/ask, in order."""
        return list(self._client.get("/stand-in/asked").json()["asked"])

    def feedback(self) -> list[dict[str, Any]]:
        """The bodies that came to /api/feedback, in order."""
        return list(self._client.get("/stand-in/asked").json()["feedback"])

    def left(self) -> int:
        """How many streams their readers left before the end."""
        return int(self._client.get("/stand-in/asked").json()["left"])
