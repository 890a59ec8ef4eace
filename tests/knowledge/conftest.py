"""A knowledge folder, and a place for locks, of each test's own."""

from pathlib import Path

import pytest


@pytest.fixture
def folder(tmp_path: Path, settings) -> Path:
    settings.KNOWLEDGE_DIR = tmp_path / "knowledge"
    settings.RUN_DIR = tmp_path / "run"
    settings.KNOWLEDGE_DIR.mkdir()
    settings.IMPORTS_DIR = tmp_path / "imports"
    return settings.KNOWLEDGE_DIR
