"""Secrets that the environment does not give are made once and kept in files of mode 0600."""

import os
import secrets
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured


def read_or_make(path: Path, *, nbytes: int = 32) -> str:
    """The secret in `path`, made first when there is none; ImproperlyConfigured if it can't be."""
    try:
        if not path.exists():
            _make(path, secrets.token_urlsafe(nbytes))
        return path.read_text().strip()
    except OSError as error:
        raise ImproperlyConfigured(
            f"{path} cannot be read or written ({error.strerror}). "
            "Make it readable and its folder writable, or point DATA_DIR elsewhere."
        ) from error


def _make(path: Path, secret: str) -> None:
    """Several processes may start at once: the file appears by an exclusive link, so that all of
    them read the same secret and none reads half of one."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    mine = path.with_name(f".{path.name}.{os.getpid()}")
    write(mine, secret)
    try:
        os.link(mine, path)
    except FileExistsError:
        pass  # another process was first, and its secret is the one
    finally:
        mine.unlink()


def write(path: Path, secret: str) -> None:
    """Writes `secret` to a new file that only its owner can read, from its first moment on."""
    path.unlink(missing_ok=True)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(secret + "\n")
