"""The pointer as the router sees it: never an old one once a new one was written."""

from routing import pointer
from routing.data_plane.pointer_cache import PointerCache
from routing.pointer import Pointer


def test_there_is_none_before_the_first_activation(tmp_path):
    assert PointerCache(tmp_path).current() is None


def test_it_sees_every_write_at_once(tmp_path):
    """Written so fast that inodes come back within one tick of the file system's clock."""
    cache = PointerCache(tmp_path)
    for epoch in range(1, 200):
        written = Pointer(epoch, "v1" if epoch % 2 else "v2", 10 + epoch % 2)
        pointer.write(tmp_path, written)
        assert cache.current() == written
        assert cache.current() == written


def test_it_keeps_the_last_pointer_when_the_file_is_damaged(tmp_path, caplog):
    cache = PointerCache(tmp_path)
    written = Pointer(1, "v1", 1)
    pointer.write(tmp_path, written)
    assert cache.current() == written
    pointer.path(tmp_path).write_text("{")
    assert cache.current() == written
    assert "is not a pointer" in caplog.text
    pointer.write(tmp_path, Pointer(2, "v2", 2))
    assert cache.current() == Pointer(2, "v2", 2)


def test_it_keeps_the_pointer_when_the_file_is_removed(tmp_path):
    cache = PointerCache(tmp_path)
    written = Pointer(1, "v1", 1)
    pointer.write(tmp_path, written)
    assert cache.current() == written
    pointer.path(tmp_path).unlink()
    assert cache.current() == written
    pointer.write(tmp_path, Pointer(2, "v2", 2))
    assert cache.current() == Pointer(2, "v2", 2)


def test_it_keeps_the_pointer_when_the_file_is_removed_while_it_looks(tmp_path, monkeypatch):
    """Between the `stat` that finds another file and its reading."""
    cache = PointerCache(tmp_path)
    written = Pointer(1, "v1", 1)
    pointer.write(tmp_path, written)
    assert cache.current() == written
    pointer.write(tmp_path, Pointer(2, "v2", 2))
    read = pointer.read

    def removed_first(data_dir):
        pointer.path(data_dir).unlink()
        return read(data_dir)

    monkeypatch.setattr(pointer, "read", removed_first)
    assert cache.current() == written
    monkeypatch.undo()
    assert cache.current() == written
    pointer.write(tmp_path, Pointer(3, "v2", 2))
    assert cache.current() == Pointer(3, "v2", 2)
