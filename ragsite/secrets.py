"""Secrets that the environment does not give are made once and kept in files of mode 0600."""

import os
import secrets
from pathlib import Path


def read_or_make(path: Path, *, nbytes: int = 32) -> str:
    """The secret in `path`, made first when there is none.

    Several processes may start at once: the file appears by an exclusive link, so that all of
    them read the same secret and none reads half of one.
    """
    try:
        return path.read_text().strip()
    except FileNotFoundError:
        pass
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    mine = path.with_name(f".{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
    descriptor = os.open(mine, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(secrets.token_urlsafe(nbytes) + "\n")
    try:
        os.link(mine, path)
    except FileExistsError:
        pass  # another process was first, and its secret is the one
    finally:
        mine.unlink()
    return path.read_text().strip()
