"""What must be true before the processes start; each failure is one sentence and no start."""

import fcntl
import os
import secrets
import socket
from typing import IO

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.management import call_command

from access import admitted
from ragsite import secrets as secret_files
from retrieval import metrics
from routing.data_plane import limits


class CannotStart(Exception):
    """Says what is wrong, where, and what to do about it."""


def make_folders() -> None:
    folders = [settings.DATA_DIR, settings.KNOWLEDGE_DIR, settings.INDICES_DIR, settings.RUN_DIR,
               settings.QUESTIONS_DIR, settings.IMPORTS_DIR, settings.SECRETS_DIR]  # fmt: skip
    for folder in folders:
        try:
            folder.mkdir(parents=True, exist_ok=True)
            probe = folder / f".writable-{os.getpid()}"
            probe.touch()
            probe.unlink()
        except OSError as error:
            raise CannotStart(
                f"{folder} cannot be written to ({error.strerror}). "
                "Make it writable, or point DATA_DIR elsewhere."
            ) from error
    settings.SECRETS_DIR.chmod(0o700)


def forget_metrics() -> None:
    """Those of processes that are gone."""
    metrics.forget(settings.RUN_DIR / "metrics")


def claim() -> IO[str]:
    """The lock that one system holds on its DATA_DIR for as long as the file stays open."""
    lock = (settings.RUN_DIR / "up.lock").open("a+")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        lock.seek(0)
        raise CannotStart(
            f"A system is running on {settings.DATA_DIR} already (process {lock.read().strip()}). "
            "Stop it first, or point DATA_DIR elsewhere."
        ) from error
    lock.truncate(0)
    lock.write(str(os.getpid()))
    lock.flush()
    return lock


def listen(host: str, port: int, variable: str) -> socket.socket:
    """A listening socket that is inherited, so that connections queue while its server restarts."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
        listener.listen(2048)
    except OSError as error:
        listener.close()
        raise CannotStart(
            f"Port {port} on {host} cannot be had ({error.strerror}). "
            f"Stop the program that uses it, or set {variable} to a free port."
        ) from error
    listener.set_inheritable(True)
    return listener


def listeners() -> dict[str, socket.socket]:
    sockets = {"web": listen(settings.ROUTER_HOST, settings.ROUTER_PORT, "ROUTER_PORT")}
    for slot, port in settings.BACKEND_PORTS.items():
        sockets[slot] = listen("127.0.0.1", port, f"BACKEND_PORT_{slot.upper()}")
    return sockets


def check_limits() -> None:
    try:
        for name in ("RATE_LIMIT_ASK", "RATE_LIMIT_SEARCH"):
            limits.parse(name, getattr(settings, name))
    except limits.MalformedLimit as error:
        raise CannotStart(str(error)) from error


def prepare_database() -> None:
    try:
        call_command("migrate", verbosity=0, interactive=False)
    except Exception as error:
        engine = settings.DATABASES["default"]["ENGINE"].rpartition(".")[2]
        raise CannotStart(
            f"The {engine} database cannot be used: {' '.join(str(error).split())} "
            "Check DATABASE_URL and DATA_DIR."
        ) from error


def write_admitted() -> None:
    """Whose passes hold, for the router, which has no database to ask."""
    if settings.CHAT_REQUIRES_LOGIN:
        admitted.write()


def first_admin() -> str | None:
    """Makes the first admin user; returns the password if it was generated just now."""
    User = get_user_model()
    if User.objects.filter(is_superuser=True).exists():
        return None
    if settings.ADMIN_PASSWORD:
        User.objects.create_superuser(settings.ADMIN_USERNAME, "", settings.ADMIN_PASSWORD)
        return None
    password = secrets.token_urlsafe(12)
    # The file first: whoever is killed in between has no user yet, and the next start makes both.
    secret_files.write(settings.SECRETS_DIR / "admin_password", password)
    User.objects.create_superuser(settings.ADMIN_USERNAME, "", password)
    return password
