"""A knowledge folder, and a place for locks, of each test's own."""

from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest
from django.contrib.auth.models import User
from django.test import Client

from knowledge import asides
from knowledge.signals import knowledge_changed
from tests.chat.conftest import CHROMIUM
from tests.knowledge.browsing import Tabs, tabs
from tests.knowledge.two_doors import TwoDoors


@pytest.fixture
def folder(tmp_path: Path, settings) -> Path:
    settings.KNOWLEDGE_DIR = tmp_path / "knowledge"
    settings.RUN_DIR = tmp_path / "run"
    settings.KNOWLEDGE_DIR.mkdir()
    settings.IMPORTS_DIR = tmp_path / "imports"
    return settings.KNOWLEDGE_DIR


@pytest.fixture
def tab(live_server, client: Client, monkeypatch) -> Iterator[Tabs]:
    """Opens tabs of a browser in which Alice is signed in."""
    if not CHROMIUM.exists():
        pytest.skip(f"There is no {CHROMIUM} to drive.")
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")  # Playwright's loop runs in this thread
    client.force_login(User.objects.create_superuser("alice"))
    with tabs(live_server.url, client.cookies["sessionid"].value) as opened:
        yield opened


@pytest.fixture
def new_world(tmp_path: Path, settings, monkeypatch):
    """Makes folders and databases, one at a time, whose edits nobody hints at."""
    settings.RUN_DIR = tmp_path / "run"
    monkeypatch.setattr(asides, "QUIET_NS", 0)  # nobody holds a file open here
    monkeypatch.setattr(knowledge_changed, "receivers", [])
    numbers = count()
    return lambda: TwoDoors(tmp_path / f"world-{next(numbers)}")
