"""How fast a provider may be asked: its quotas a minute and a budget a day, over all processes.

A small file under a lock says what was sent lately, so that processes share one quota, and one
that starts anew has not forgotten it.
"""

import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from retrieval.errors import EmbeddingUnavailable
from retrieval.files import locked, write_atomic

WINDOW = 60.0  # seconds
CHARACTERS_A_TOKEN = 3  # fewer than there are, so that the quota is kept


class BudgetSpent(EmbeddingUnavailable):
    """As many texts were embedded today as EMBEDDINGS_PER_DAY allows."""

    code = "budget_spent"


@dataclass(frozen=True, slots=True)
class Quota:
    """At most so many in any 60 seconds, and texts in a day (UTC); 0 is no limit."""

    requests: int = 0
    texts: int = 0
    tokens: int = 0
    texts_a_day: int = 0

    def __bool__(self) -> bool:
        return any((self.requests, self.texts, self.tokens, self.texts_a_day))


@dataclass(frozen=True, slots=True)
class _Sent:
    at: float
    texts: int
    tokens: int


@dataclass(slots=True)
class _Past:
    """What the file says."""

    sent: list[_Sent] = field(default_factory=list)
    rest_until: float = 0.0  # a provider asked for it
    day: str = ""
    today: int = 0  # texts


class Pace:
    """One for each provider's file. Thread-safe."""

    def __init__(
        self,
        path: Path,
        quota: Quota,
        now: Callable[[], float] = time.time,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self.quota = quota
        self._path = path
        self._now, self._sleep = now, sleep

    def most_texts(self, most: int) -> int:
        """How many texts one call may bring."""
        limits = (most, self.quota.texts, self.quota.texts_a_day)
        return min(limit for limit in limits if limit)

    def wait(self, texts: int, characters: int) -> None:
        """Until a call of that size may be made, which counts as made then; or BudgetSpent."""
        tokens = characters // CHARACTERS_A_TOKEN + 1
        while (seconds := self._take(texts, tokens)) > 0:
            self._sleep(min(seconds, 1.0))

    def refused(self, texts: int, rest: float | None = None) -> None:
        """The call brought nothing, so it costs nothing of the day's budget; for `rest` seconds
        the provider wants no other, and no process makes one."""
        with self._changed() as past:
            past.today = max(0, past.today - texts)
            past.rest_until = max(past.rest_until, self._now() + (rest or 0.0))

    def _take(self, texts: int, tokens: int) -> float:
        """Seconds until it is worth another look; 0 when the call may be made."""
        with self._changed() as past:
            now = self._now()
            self._refuse_over_budget(past, texts)
            past.sent = [one for one in past.sent if now - one.at < WINDOW]
            wait = max(past.rest_until - now, self._until_room(past.sent, now, texts, tokens))
            if wait > 0:
                return wait
            past.sent.append(_Sent(now, texts, tokens))
            past.today += texts
            return 0.0

    def _until_room(self, sent: list[_Sent], now: float, texts: int, tokens: int) -> float:
        """Until enough of what was sent is a minute old. What is over a quota alone goes alone."""
        quota = self.quota
        wait = 0.0
        for limit, need, used in (
            (quota.requests, 1, [1 for _ in sent]),
            (quota.texts, texts, [one.texts for one in sent]),
            (quota.tokens, tokens, [one.tokens for one in sent]),
        ):
            room = limit - sum(used)
            for one, freed in zip(sent, used, strict=True):
                if not limit or room >= need:
                    break
                room += freed
                wait = max(wait, one.at + WINDOW - now)
        return wait

    def _refuse_over_budget(self, past: _Past, texts: int) -> None:
        today = datetime.fromtimestamp(self._now(), UTC)
        if past.day != str(today.date()):
            past.day, past.today = str(today.date()), 0
        most = self.quota.texts_a_day
        if most and past.today + texts > most:
            midnight = datetime.combine(today.date() + timedelta(days=1), datetime.min.time(), UTC)
            raise BudgetSpent(
                f"{past.today} texts were embedded today, and EMBEDDINGS_PER_DAY is {most}: the "
                "rest follows after midnight (UTC), or once the setting is raised.",
                after=(midnight - today).total_seconds(),
            )

    @contextmanager
    def _changed(self) -> Iterator[_Past]:
        """What the file says, under its lock; written back unless something is raised."""
        with locked(self._path.with_suffix(".lock")):
            past = _read(self._path)
            yield past
            _write(self._path, past)


def _read(path: Path) -> _Past:
    """Nothing was sent when the file says nothing: then the provider says what is too much."""
    try:
        told = json.loads(path.read_bytes())
        sent = [_Sent(*one) for one in told["sent"]]
        return _Past(sent, float(told["rest_until"]), str(told["day"]), int(told["today"]))
    except (OSError, ValueError, KeyError, TypeError):
        return _Past()


def _write(path: Path, past: _Past) -> None:
    sent = [[one.at, one.texts, one.tokens] for one in past.sent]
    told = {"sent": sent, "rest_until": past.rest_until, "day": past.day, "today": past.today}
    write_atomic(path, json.dumps(told).encode())
