import pytest


@pytest.fixture
def folder(settings, tmp_path, db):
    """Where the backends append what is asked."""
    settings.QUESTIONS_DIR = tmp_path / "questions"
    settings.QUESTIONS_DIR.mkdir()
    settings.QUESTION_LOG = True
    return settings.QUESTIONS_DIR
