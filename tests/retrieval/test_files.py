import resource
import stat
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from retrieval import files
from retrieval.files import Locked, append_line, locked, point, write_atomic


def names(folder):
    return [path.name for path in folder.iterdir()]


def test_it_writes_a_whole_file_with_its_mode(tmp_path):
    write_atomic(tmp_path / "a", b"one", mode=0o444)

    assert (tmp_path / "a").read_bytes() == b"one"
    assert stat.S_IMODE((tmp_path / "a").stat().st_mode) == 0o444
    assert names(tmp_path) == ["a"]


def test_it_replaces_a_file_even_one_that_is_read_only(tmp_path):
    write_atomic(tmp_path / "a", b"one", mode=0o444)
    write_atomic(tmp_path / "a", b"two")

    assert (tmp_path / "a").read_bytes() == b"two"


def test_it_takes_the_longest_name_that_a_file_can_have(tmp_path):
    write_atomic(tmp_path / ("é" * 127), b"x")

    assert names(tmp_path) == ["é" * 127]


def test_a_write_that_fails_leaves_the_file_as_it_was_and_nothing_beside_it(tmp_path):
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "a").write_bytes(b"one")

    with pytest.raises(OSError, match="directory"):
        write_atomic(tmp_path / "folder", b"two")

    assert names(tmp_path) == ["folder"]
    assert (tmp_path / "folder" / "a").read_bytes() == b"one"


def test_a_reader_never_sees_a_part(tmp_path):
    path, versions = tmp_path / "a", [bytes([65 + n]) * 20_000 for n in range(10)]
    write_atomic(path, versions[0])
    seen, done = set(), threading.Event()

    def read():
        while not done.is_set():
            seen.add(path.read_bytes())

    reader = threading.Thread(target=read)
    reader.start()
    for data in versions * 5:
        write_atomic(path, data)
    done.set()
    reader.join()

    assert seen <= set(versions)


def test_a_line_that_finds_no_room_leaves_nothing_for_the_next_to_be_lost_in(tmp_path):
    lines = [letter * 600_000 + b"\n" for letter in (b"a", b"b", b"c")]
    append_line(tmp_path / "log", lines[0])
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (2**20, hard))
    try:
        with pytest.raises(OSError, match="No space left"):
            append_line(tmp_path / "log", lines[1])
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    append_line(tmp_path / "log", lines[2], durable=True)

    assert (tmp_path / "log").read_bytes() == lines[0] + lines[2]


def test_what_a_crash_left_of_a_line_takes_no_other_along(tmp_path):
    (tmp_path / "log").write_bytes(b"one\ntw")
    append_line(tmp_path / "log", b"three\n")

    assert (tmp_path / "log").read_bytes() == b"one\ntw\nthree\n"


def test_lines_of_many_at_once_are_all_there(tmp_path):
    lines = [b"%d\n" % number for number in range(200)]
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda line: append_line(tmp_path / "log", line), lines))

    assert sorted((tmp_path / "log").read_bytes().splitlines(True)) == sorted(lines)


def test_a_link_is_made_and_replaced(tmp_path):
    point(tmp_path / "v1", "versions/000001")
    point(tmp_path / "v1", "versions/000002")

    assert (tmp_path / "v1").readlink() == Path("versions/000002")
    assert names(tmp_path) == ["v1"]


def test_a_lock_that_is_held_is_refused_at_once(tmp_path):
    with (
        locked(tmp_path / "new" / "lock"),
        pytest.raises(Locked, match="lock was still held"),
        locked(tmp_path / "new" / "lock", timeout=0),
    ):
        pytest.fail("taken twice")


def test_a_lock_is_free_again_after_an_error(tmp_path):
    with pytest.raises(KeyError), locked(tmp_path / "lock"):
        raise KeyError

    with locked(tmp_path / "lock", timeout=0):
        pass


def test_a_lock_waits_for_another_thread(tmp_path):
    taken, let_go, order = threading.Event(), threading.Event(), []

    def hold():
        with locked(tmp_path / "lock"):
            taken.set()
            let_go.wait(10)
            order.append("first")

    holder = threading.Thread(target=hold)
    holder.start()
    taken.wait(10)
    threading.Timer(3 * files.POLL_SECONDS, let_go.set).start()
    with locked(tmp_path / "lock", timeout=10):
        order.append("second")
    holder.join()

    assert order == ["first", "second"]


def test_a_lock_is_dropped_when_its_holder_is_killed(tmp_path):
    program = (
        "import pathlib, sys; from retrieval.files import locked\n"
        "with locked(pathlib.Path(sys.argv[1])): print('held', flush=True); sys.stdin.read()"
    )
    holder = subprocess.Popen(
        [sys.executable, "-c", program, tmp_path / "lock"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    with holder:
        assert holder.stdout.readline() == b"held\n"
        with pytest.raises(Locked), locked(tmp_path / "lock", timeout=0.05):
            pytest.fail("taken from another process")
        holder.kill()

    with locked(tmp_path / "lock", timeout=10):
        pass
