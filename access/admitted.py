"""Whose passes and tokens hold now: a small file that Django writes and the router reads.

So a person who is deactivated, or a token that is revoked, is refused at once, and no question
needs the database. Written after each change, at the start, and by a schedule that mends what a
crash, or a change past Django's signals, left out. It holds sums alone: who reads it gets nowhere.
"""

import json
import logging
import os
import time
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone

from access import passes
from retrieval.files import locked, write_atomic

logger = logging.getLogger(__name__)

# A file this young may be replaced within the same tick of the clock: it is read each time.
SETTLED_NS = 50_000_000


@dataclass(frozen=True, slots=True)
class Entries:
    users: dict[str, str] = field(default_factory=dict)
    """Primary key to stamp, of each active user."""
    tokens: dict[str, float | None] = field(default_factory=dict)
    """Sum of each valid token to the Unix time at which it ends."""


def path() -> Path:
    return Path(settings.DATA_DIR) / "access.json"


def tell(**_: Any) -> None:
    """Something about a person or a token changed: once that is committed, the router knows."""
    if settings.CHAT_REQUIRES_LOGIN:
        transaction.on_commit(write, robust=True)


def user_changed(update_fields: Any = None, **_: Any) -> None:
    if update_fields is None or set(update_fields) != {"last_login"}:
        tell()


def write() -> None:
    """Under a lock: of two writers the second has read the database after the first wrote."""
    with locked(Path(settings.RUN_DIR) / "access.lock", timeout=10):
        wanted = json.dumps(_from_database()).encode()
        if not path().exists() or path().read_bytes() != wanted:
            write_atomic(path(), wanted, mode=0o600)


def _from_database() -> dict[str, Any]:
    from access import tokens

    users = User.objects.filter(is_active=True).only("pk", "password").order_by("pk")
    found = tokens.valid(timezone.now()).order_by("pk").values_list("digest", "expires_at")
    return {
        "users": {str(user.pk): passes.stamp(user) for user in users},
        "tokens": {digest: ends.timestamp() if ends else None for digest, ends in found},
    }


def now() -> Entries:
    return _file(path()).entries()


class _File:
    """Parsed again when it is another file; one that can't be read leaves what was known."""

    def __init__(self, place: Path) -> None:
        self._path = place
        self._identity: tuple[int, int, int] | None = None
        self._known = Entries()
        self._told = ""

    def entries(self) -> Entries:
        try:
            found = os.stat(self._path)  # noqa: PTH116 - on each request
            identity = (found.st_ino, found.st_mtime_ns, found.st_size)
            if identity != self._identity:
                self._known = Entries(**json.loads(self._path.read_bytes()))
                settled = time.time_ns() - found.st_mtime_ns > SETTLED_NS
                self._identity = identity if settled else None
        except (OSError, ValueError, TypeError) as error:
            self._tell(str(error))
        return self._known

    def _tell(self, error: str) -> None:
        """Once, not with each question."""
        if error != self._told:
            logger.error("Keeping who was admitted before: %s", error)
            self._told = error


_file = cache(_File)
