"""A knowledge base of the test's own, served by two real backends that run for the session."""

import shutil

import pytest

from retrieval.layout import SLOTS, Layout
from routing import backends as routing_backends
from tests.builder.place import Place
from tests.routing.indices import serving, two_ports


@pytest.fixture(scope="session")
def backends(tmp_path_factory):
    """The indices folder that two real backends look at, and their URLs."""
    layout = Layout(tmp_path_factory.mktemp("builder") / "indices")
    layout.indices.mkdir()
    with serving(layout, two_ports()) as urls:
        yield layout, urls
        routing_backends.close()


@pytest.fixture
def place(backends, settings, tmp_path, db):
    """Nothing is served, the folder is empty. Earlier versions' folders stay: numbers go on."""
    layout, urls = backends
    for slot in SLOTS:
        layout.slot(slot).unlink(missing_ok=True)
    for told in (layout.last_activation, layout.decisions):  # by another test's database
        told.unlink(missing_ok=True)
    settings.DATA_DIR = tmp_path
    settings.RUN_DIR = tmp_path / "run"
    settings.KNOWLEDGE_DIR = tmp_path / "knowledge"
    settings.INDICES_DIR = layout.indices
    settings.BACKEND_URLS = urls
    settings.KNOWLEDGE_DIR.mkdir()
    return Place(layout, settings.KNOWLEDGE_DIR, urls)


@pytest.fixture
def own_indices(place, settings, tmp_path):
    """Indices that no backend looks at, for tests that look at files or spoil them."""
    settings.INDICES_DIR = tmp_path / "indices"
    shutil.rmtree(settings.INDICES_DIR, ignore_errors=True)
    settings.INDICES_DIR.mkdir()
    return Layout(settings.INDICES_DIR)


@pytest.fixture
def quiet_indices(settings, tmp_path, db):
    """As `own_indices`, for tests that serve nothing: no backend is started."""
    settings.DATA_DIR = tmp_path
    settings.RUN_DIR = tmp_path / "run"
    settings.KNOWLEDGE_DIR = tmp_path / "knowledge"
    settings.INDICES_DIR = tmp_path / "indices"
    settings.INDICES_DIR.mkdir()
    return Layout(settings.INDICES_DIR)
