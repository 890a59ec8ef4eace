"""`manage.py watch`: nudges the builder when something in the knowledge folder changes."""

import logging
import signal
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from knowledge.signals import knowledge_changed
from knowledge.watcher import Paths, Watcher

logger = logging.getLogger("knowledge.watch")


class Command(BaseCommand):
    help = "Watch the knowledge folder; ends at once on SIGTERM or Ctrl-C."

    def handle(self, *args: Any, **options: Any) -> None:
        folder = Path(settings.KNOWLEDGE_DIR)
        watcher = Watcher(
            folder,
            announce,
            polling=settings.WATCH_POLLING,
            poll_seconds=settings.WATCH_POLLING_SECONDS,
        )
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: watcher.stop())
        watcher.run()


def announce(paths: Paths) -> None:
    logger.info("Detected change -> rebuilding index...")
    hinted = sorted(paths) or None
    for receiver, error in knowledge_changed.send_robust(sender=Watcher, paths=hinted):
        if isinstance(error, Exception):
            logger.error("%r did not hear of the change: %s", receiver, error)
