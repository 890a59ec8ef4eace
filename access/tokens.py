"""Make, find and revoke tokens. The token itself is 256 random bits, so a plain sum is its hash."""

import hashlib
import secrets
from datetime import datetime, timedelta

from django.contrib.auth.models import User
from django.db.models import Q, QuerySet
from django.utils import timezone

from access import admitted
from access.models import NAME_LENGTH, Token

PREFIX = "kb_"  # so that people, and scanners for lost secrets, know one when they see it
NAMED = 150 - NAME_LENGTH - len(" (token )")  # characters of the person's name
USED_AGAIN = timedelta(minutes=1)  # "last used" is that exact, so that not each call writes


def create(user: User, name: str, expires_at: datetime | None = None) -> tuple[Token, str]:
    """The row, and the token: it is told here and nowhere else, ever."""
    text = PREFIX + secrets.token_urlsafe(32)
    token = Token(user=user, name=name, expires_at=expires_at, digest=digest(text))
    token.save(force_insert=True)
    return token, text


def digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def valid(now: datetime) -> QuerySet[Token]:
    """Those that open anything: not revoked, not over, of a person who is active."""
    lasting = Q(expires_at=None) | Q(expires_at__gt=now)
    return Token.objects.filter(lasting, revoked_at=None, user__is_active=True)


def find(text: str) -> Token | None:
    """The valid token with its user, or None; notes that it was used."""
    now = timezone.now()
    token = valid(now).select_related("user").filter(digest=digest(text)).first()
    if token is not None:
        unnoted = Q(last_used_at=None) | Q(last_used_at__lt=now - USED_AGAIN)
        if token.last_used_at is None or token.last_used_at < now - USED_AGAIN:
            Token.objects.filter(unnoted, pk=token.pk).update(last_used_at=now)
    return token


def actor(token: Token) -> str:
    """Who did it, for histories, which have room for 150 characters."""
    person = token.user.get_username()
    if len(person) > NAMED:
        person = person[: NAMED - 1] + "…"
    return f"{person} (token {token.name})"


def revoke(token: Token, *, actor: str) -> bool:
    """End it now, for questions too; False when someone did before."""
    ended = Token.objects.filter(pk=token.pk, revoked_at=None).update(
        revoked_at=timezone.now(), revoked_by=actor
    )
    admitted.tell()
    return bool(ended)
