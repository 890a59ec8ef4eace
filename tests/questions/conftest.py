import pytest


@pytest.fixture
def folder(settings, tmp_path, db):
    """Where the backends append what is asked."""
    settings.QUESTIONS_DIR = tmp_path / "questions"
    settings.QUESTIONS_DIR.mkdir()
    settings.QUESTION_LOG = True
    return settings.QUESTIONS_DIR


@pytest.fixture
def client(client, settings):
    """WhiteNoise warns of a folder for static files that is not there."""
    settings.STATIC_ROOT.mkdir(exist_ok=True)
    return client


@pytest.fixture
def admin_client(admin_client, settings):
    settings.STATIC_ROOT.mkdir(exist_ok=True)
    return admin_client
