"""An editor brings a zip and a folder, in a real browser, on a phone."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from knowledge import revisions, tasks
from tests.knowledge.browsing import PHONE, fits
from tests.knowledge.uploading import UPLOAD, zipped

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("folder"),
]


@pytest.fixture
def page(tab) -> Iterator[Page]:
    with tab(PHONE) as page:
        yield page


def test_a_zip_is_looked_at_imported_and_watched(page: Page, tmp_path: Path):
    """More than is taken in at once: the rest is the worker's, while the page counts."""
    revisions.save("ops/0.md", "# Old\n", actor="bob", door="api")
    many = [(f"ops/{n}.md", b"# Document %d\n" % n) for n in range(250)]
    (tmp_path / "docs.zip").write_bytes(zipped([*many, ("../out.md", b"x"), ("a.png", b"x")]))

    page.goto(UPLOAD)
    page.set_input_files("#import-files", tmp_path / "docs.zip")
    assert fits(page)
    page.get_by_role("button", name="Show what would happen").click()
    expect(page.get_by_text("its path leads out of the folder")).to_be_visible()
    assert fits(page)
    page.locator(".import-groups a", has_text="Changed").click()
    page.get_by_role("link", name="What would change").click()
    expect(page.get_by_role("heading", name="ops/0.md")).to_be_visible()
    assert fits(page)
    page.go_back()

    page.get_by_role("button", name="Import 250 documents").click()
    expect(page.locator("#work-count")).to_have_text("200 / 250")
    assert fits(page)
    tasks.go_on()
    expect(page.get_by_text("Done at")).to_be_visible()
    expect(page.locator(".import-groups")).to_contain_text("249 Created")
    assert revisions.get("ops/0.md").body == "# Document 0\n"


def test_what_is_too_large_is_told_before_it_is_sent(page: Page, tmp_path: Path, settings):
    settings.IMPORT_MAX_BYTES = 1000
    (tmp_path / "docs.zip").write_bytes(b"x" * 2000)
    page.goto(UPLOAD)
    page.set_input_files("#import-files", tmp_path / "docs.zip")
    page.get_by_role("button", name="Show what would happen").click()
    expect(page.get_by_role("alert")).to_contain_text("too large for one upload")
    page.set_input_files("#import-files", [])
    page.get_by_role("button", name="Show what would happen").click()
    expect(page.get_by_role("alert").first).to_contain_text("No file was chosen.")


def test_a_folder_comes_with_its_paths(page: Page, tmp_path: Path):
    for name in ("handbook/intro.md", "handbook/ops/deep.md", "handbook/logo.png"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(f"# {name}\n")

    page.goto(UPLOAD)
    page.set_input_files("#import-folder", tmp_path / "handbook")
    page.get_by_label("Into the folder").fill("team")
    page.get_by_label("Leave out the outermost folder").check()
    page.get_by_role("button", name="Show what would happen").click()
    page.get_by_role("button", name="Import 2 documents").click()
    expect(page.get_by_role("link", name="team/ops/deep.md")).to_be_visible()
    expect(page.get_by_role("heading", name="handbook/")).to_be_visible()
    assert revisions.get("team/intro.md").saved_by == "alice"
