"""What a test does with a system: write files, reconcile, and ask what is served."""

from pathlib import Path

import httpx
from django.conf import settings

from builder.reconcile import reconcile
from retrieval.layout import Layout
from routing import pointer
from routing.models import DeploymentVersion


class Place:
    def __init__(self, layout: Layout, folder: Path, urls: dict[str, str]) -> None:
        self.layout = layout
        self.folder = folder
        self.urls = urls

    def write(self, path: str, text: str) -> None:
        target = self.folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text)

    def remove(self, path: str) -> None:
        (self.folder / path).unlink()

    def publish(self, documents: dict[str, str] | None = None) -> DeploymentVersion:
        """Write the documents, reconcile, and return what is active then."""
        for path, text in (documents or {}).items():
            self.write(path, text)
        reconcile()
        return self.active()

    def active(self) -> DeploymentVersion:
        return DeploymentVersion.objects.get(state="active")

    def newest(self) -> DeploymentVersion:
        return DeploymentVersion.objects.order_by("-number")[0]

    def search(self, words: str) -> list[str]:
        """The documents found by the backend that has the traffic."""
        served = pointer.read(settings.DATA_DIR)
        assert served is not None
        answer = httpx.get(
            f"{self.urls[served.slot]}/search",
            params={"q": words, "k": 10, "retrieval": "lexical"},
            headers={"X-Expect-Version": str(served.version)},
            trust_env=False,
        )
        assert answer.status_code == 200, answer.text
        return [hit["document"] for hit in answer.json()["results"]]


def check(version: DeploymentVersion, name: str) -> dict:
    return next(check for check in version.gate["checks"] if check["name"] == name)
