"""Failed logins: who guesses passwords waits, ever longer, and is told how long.

Counted for an account from one address, so that nobody can lock others out of theirs, and for an
address whatever the account. An attempt is noted before its password is looked at, and taken back
when that was right: of many at one instant, none slips through.
"""

import ipaddress
import logging
from datetime import datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.contrib.auth.models import User
from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone
from django.utils.crypto import salted_hmac

from access.models import LoginAttempt
from retrieval.files import Locked, locked

OF_ACCOUNT = 5  # attempts from one address without a wait
OF_ADDRESS = 30  # an office may share one
FIRST_WAIT = timedelta(seconds=30)  # then twice as long each time
LONGEST_WAIT = timedelta(minutes=15)
REMEMBERED = timedelta(hours=1)
TURN_SECONDS = 5.0  # an attempt waits as long at most for those that came with it

logger = logging.getLogger(__name__)


class TooManyAttempts(Exception):
    def __init__(self, wait: timedelta) -> None:
        self.seconds = max(1, round(wait.total_seconds()))


def note(request: HttpRequest, username: str) -> None:
    """An attempt is about to be made; raises TooManyAttempts when it may not be, yet."""
    account, address = _account(username), _address(request)
    try:
        # One after the other: PostgreSQL lets two look before either has noted its own.
        with locked(Path(settings.RUN_DIR) / "attempts.lock", timeout=TURN_SECONDS):
            wait = _noted(account, address, timezone.now())
    except Locked:
        wait = FIRST_WAIT
    if wait > timedelta(0):
        logger.warning("Too many failed logins from %s: the next may be in %s.", address, wait)
        raise TooManyAttempts(wait)


def _noted(account: str, address: str, now: datetime) -> timedelta:
    """Note an attempt, unless there is still a time to wait before it."""
    with transaction.atomic():
        LoginAttempt.objects.filter(at__lt=now - REMEMBERED).delete()
        here = LoginAttempt.objects.filter(address=address)
        wait = max(
            _wait(list(here.filter(account=account).values_list("at", flat=True)), OF_ACCOUNT, now),
            _wait(list(here.values_list("at", flat=True)), OF_ADDRESS, now),
        )
        if wait <= timedelta(0):
            LoginAttempt.objects.create(account=account, address=address, at=now)
    return wait


def forgive(request: HttpRequest, username: str) -> None:
    """The password was right: what went before it were slips."""
    LoginAttempt.objects.filter(account=_account(username), address=_address(request)).delete()


def _wait(made: list[datetime], free: int, now: datetime) -> timedelta:
    too_many = len(made) - free
    if too_many < 0:
        return timedelta(0)
    return max(made) + min(FIRST_WAIT * (1 << min(too_many, 10)), LONGEST_WAIT) - now


def _account(username: str) -> str:
    """Not in the clear: people type passwords into the wrong field."""
    name = User.normalize_username(username).casefold()
    return salted_hmac("access.attempts", name, algorithm="sha256").hexdigest()


def _address(request: HttpRequest) -> str:
    """As the limits of questions see it; of IPv6 the network, since one person has all of it."""
    given = str(request.META.get("REMOTE_ADDR", ""))
    try:
        address = ipaddress.ip_address(given)
    except ValueError:
        return given[:45]
    if address.version == 4:
        return given
    return str(ipaddress.ip_network((address, 64), strict=False))
