"""An indices folder of the test's own, and the two real backends, which run for the session."""

import shutil

import httpx
import pytest

from retrieval.layout import SLOTS, Layout


@pytest.fixture(scope="session")
def slots_served(tmp_path_factory):
    """The indices folder that two real backends look at, and their URLs."""
    from tests.routing.indices import serving, two_ports

    layout = Layout(tmp_path_factory.mktemp("routing") / "indices")
    layout.indices.mkdir()
    with serving(layout, two_ports()) as urls:
        yield layout, urls


@pytest.fixture
def layout(slots_served, settings, tmp_path):
    """Real backends, empty slots, no pointer; the settings name all of it."""
    layout, urls = slots_served
    _forget(layout, urls)
    for slot in SLOTS:
        layout.slot(slot).unlink(missing_ok=True)
    layout.last_activation.unlink(missing_ok=True)
    shutil.rmtree(layout.versions, ignore_errors=True)
    settings.INDICES_DIR = layout.indices
    settings.DATA_DIR = tmp_path
    settings.BACKEND_URLS = urls
    return layout


def _forget(layout, urls):
    """Numbers are never used twice, but tests all begin at 1: another version comes between."""
    from tests.routing.indices import write_version

    write_version(layout, 999_999, {})
    for slot, url in urls.items():
        layout.assign(slot, 999_999)
        answer = httpx.get(f"{url}/health", timeout=30, trust_env=False, verify=False)
        assert answer.json()["version"] == 999_999
