"""What an upload holds is judged before anything changes: taken, refused, or left out."""

import struct
import zipfile

import pytest

from knowledge import revisions
from knowledge.errors import InvalidPath, UploadRefused
from knowledge.import_models import Import
from tests.knowledge.uploading import fates, link, preview, reason, zipped

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("folder")]


def save(path, body):
    return revisions.save(path, body, actor="bob", door="api").revision


def test_it_says_what_would_become_of_each_file():
    save("ops/changed.md", "# Old\n")
    save("ops/same.md", "# Same\n")
    upload = preview([("a.zip", zipped([
        ("ops/changed.md", b"# New\n"), ("ops/same.md", b"# Same\n"), ("new.md", b"# N\n"),
        ("ops/", b""), ("ops/logo.png", b"\x89PNG"), ("bad.md", b"\xff\xfe"),
    ]))])  # fmt: skip
    assert fates(upload) == {
        "ops/changed.md": "changed", "ops/same.md": "same", "new.md": "new",
        "ops/logo.png": "skipped", "bad.md": "refused",
    }  # fmt: skip
    assert "not UTF-8" in reason(upload, "bad.md")
    assert revisions.get("ops/changed.md").body == "# Old\n"


def test_it_keeps_the_paths_of_plain_files_and_puts_them_into_the_folder():
    files = [("docs/ops/a.md", b"a"), ("docs/b.md", b"b")]
    assert set(fates(preview(files))) == {"docs/ops/a.md", "docs/b.md"}
    below = preview(files, folder="/team/one/", drop_outermost=True)
    assert set(fates(below)) == {"team/one/ops/a.md", "team/one/b.md"}
    with pytest.raises(InvalidPath):
        preview(files, folder="../out")


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("../out.md", "leads out"),
        ("a/../../out.md", "leads out"),
        ("/etc/out.md", "absolute"),
        ("C:/out.md", "drive"),
        ("a\\out.md", "backslash"),
        (".hidden/out.md", "hidden"),
        ("a//out.md", "empty"),
        ("a\nb.md", "control character"),
        ("nested.zip", "archive"),
        ("x" * 300 + ".md", "longer"),
    ],
)
def test_a_path_that_cannot_be_is_refused_alone(name, why):
    upload = preview([("a.zip", zipped([(name, b"# A\n"), ("good.md", b"# G\n")]))])
    assert fates(upload)["good.md"] == "new"
    [refused] = upload.files.filter(fate="refused")
    assert why in refused.reason


def test_what_macos_adds_is_left_out():
    upload = preview([("a.zip", zipped([("__MACOSX/._a.md", b"x"), ("._b.md", b"x")]))])
    assert set(fates(upload).values()) == {"skipped"}


def test_links_encrypted_and_damaged_members_are_refused_alone():
    data = bytearray(zipped([("damaged.md", b"text " * 1000), ("locked.md", b"secret")]))
    data[60] ^= 0xFF  # in the first member's compressed bytes
    locked = bytes(data).rfind(b"PK\x01\x02")
    struct.pack_into("<H", data, locked + 8, 1)
    upload = preview(
        [("a.zip", bytes(data)), ("b.zip", zipped([(link("link.md"), b"/etc/passwd")]))]
    )
    assert "damaged" in reason(upload, "damaged.md")
    assert "encrypted" in reason(upload, "locked.md")
    assert "symbolic link" in reason(upload, "link.md")


def test_an_unusual_compression_is_not_read():
    info = zipfile.ZipInfo("a.md")
    info.compress_type = zipfile.ZIP_LZMA
    assert "unusual" in reason(preview([("a.zip", zipped([(info, b"text")]))]), "a.md")


def test_names_are_utf8_whether_the_zip_says_so_or_not_else_cp437():
    unmarked = _without_utf8_mark(zipped([("été.md", b"x"), ("cafX.md", b"x")]))
    upload = preview([("a.zip", unmarked.replace(b"cafX", b"caf\x82"))])
    assert set(fates(upload)) == {"été.md", "café.md"}


def test_one_path_named_twice_is_taken_once():
    upload = preview([("a.md", b"1"), ("a.md", b"2"), ("e\u0301.md", b"3"), ("\u00e9.md", b"4")])
    assert list(upload.files.values_list("fate", flat=True).order_by("id")) == [
        "new", "refused", "new", "refused"]  # fmt: skip


def test_a_document_where_a_folder_must_be_is_refused():
    save("ops.md/inner.md", "# I\n")
    upload = preview([("ops.md", b"x"), ("ops.md/inner.md/deep.md", b"x"), ("b.md", b"x"),
                      ("b.md/c.md", b"x")])  # fmt: skip
    assert fates(upload) == {"ops.md": "refused", "ops.md/inner.md/deep.md": "refused",
                             "b.md": "new", "b.md/c.md": "refused"}  # fmt: skip


def test_a_bomb_is_stopped_while_it_unpacks(settings):
    settings.MAX_DOCUMENT_BYTES = 20_000_000
    bomb = zipped([("a.md", b" " * 19_000_000)])
    lying = bytearray(bomb)
    for place in (lying.find(b"PK\x03\x04") + 22, lying.find(b"PK\x01\x02") + 24):
        struct.pack_into("<I", lying, place, 100)  # says that it unpacks to 100 bytes
    for data in (bomb, bytes(lying)):
        if data is bomb:
            with pytest.raises(UploadRefused, match="bomb"):
                preview([("a.zip", data)])
        else:
            assert "damaged" in reason(preview([("a.zip", data)]), "a.md")


@pytest.mark.parametrize("setting", ["IMPORT_MAX_BYTES", "IMPORT_MAX_FILES"])
def test_too_much_is_refused_as_a_whole(settings, setting):
    setattr(settings, setting, 3)
    files = [(f"{n}.md", b"x") for n in range(4)]
    for upload in (files, [("a.zip", zipped(files))], [("a.zip", zipped(files[:2])), *files[2:]]):
        with pytest.raises(UploadRefused, match=setting):
            preview(upload)
    assert not Import.objects.exists()
    assert list(settings.IMPORTS_DIR.iterdir()) == []


def test_a_directory_of_thousands_is_refused_before_it_is_read(settings):
    settings.IMPORT_MAX_FILES = 3
    with pytest.raises(UploadRefused, match="IMPORT_MAX_FILES"):
        preview([("a.zip", zipped([(f"{n}/", b"") for n in range(20)]))])


@pytest.mark.parametrize(
    "data",
    [b"", b"PK\x05\x06", b"no zip at all", zipped([("a.md", b"x")])[:-9]],
    ids=["empty", "an end alone", "a text", "cut off"],
)
def test_what_is_no_zip_is_refused(data):
    with pytest.raises(UploadRefused, match="cannot be read"):
        preview([("a.zip", data)])


def test_a_file_too_large_for_a_document_is_refused_alone(settings):
    settings.MAX_DOCUMENT_BYTES = 100
    upload = preview(
        [("a.md", b"x" * 101), ("b.zip", zipped([("b.md", b"x" * 500)])), ("c.md", b"x")]
    )
    assert fates(upload) == {"a.md": "refused", "b.md": "refused", "c.md": "new"}
    assert "MAX_DOCUMENT_BYTES" in reason(upload, "b.md")


def _without_utf8_mark(data: bytes) -> bytes:
    spoilt = bytearray(data)
    for mark, place in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = data.find(mark)
        while at >= 0:
            struct.pack_into("<H", spoilt, at + place, 0)
            at = data.find(mark, at + 4)
    return bytes(spoilt)
