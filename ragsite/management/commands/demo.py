"""`manage.py demo`: puts our own few documents into the knowledge folder, when it is empty."""

import shutil
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand


class Command(BaseCommand):
    help = "Copies the demo documents into the knowledge folder, if it holds no document yet."
    requires_system_checks = []

    def handle(self, *args: Any, **options: Any) -> None:
        folder = settings.KNOWLEDGE_DIR
        if any(folder.rglob("*.md")):
            self.stdout.write(f"{folder} holds documents already; nothing was copied.")
            return
        documents = settings.BASE_DIR / "demo"
        shutil.copytree(documents, folder, dirs_exist_ok=True)
        count = sum(1 for _ in documents.rglob("*.md"))
        self.stdout.write(f"{count} documents are in {folder}. Ask: How do I roll back?")
