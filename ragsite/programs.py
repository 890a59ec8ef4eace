"""The processes that make up the system, as `up` starts them; docker-compose.yml runs the same."""

import os
import socket
import sys
from pathlib import Path
from typing import Any

from django.conf import settings

from ragsite import broker
from ragsite.supervisor import Program
from routing import pointer

WEB_WORKER = "ragsite.web_worker.WebWorker"
BACKEND_WORKER = "uvicorn_worker.UvicornWorker"
SERVED_BY_UVICORN = (
    *("-m", "gunicorn", "--no-control-socket"),
    # Longer than the router's client keeps an idle connection: the client gives up first.
    *("--keep-alive", "75", "--graceful-timeout", "5", "--backlog", "2048"),
    *("--log-level", "warning"),
)

# Embedding, an import, collection and a scrub may each hold one for hours; edits need one at once.
WORKER_THREADS = "8"
# What builds starts a little later where there is something to serve: the cores go to that first.
SERVING_FIRST_SECONDS = 3.0
EMBEDDING = (
    "LEXICAL_FIRST_SECONDS", "GEMINI_EMBED_REQUESTS_PER_MINUTE", "GEMINI_EMBED_TEXTS_PER_MINUTE",
    "GEMINI_EMBED_TOKENS_PER_MINUTE", "EMBEDDINGS_PER_DAY",
)  # fmt: skip


def programs(listeners: dict[str, socket.socket]) -> list[Program]:
    """`listeners`: bound sockets for `web`, `v1` and `v2`, which outlive their processes."""
    python = sys.executable
    manage = str(settings.BASE_DIR / "manage.py")
    later = SERVING_FIRST_SECONDS if pointer.path(settings.DATA_DIR).exists() else 0.0
    started = [
        _served("web", "ragsite.asgi:application", listeners["web"], WEB_WORKER, workers=2),
        *(_backend(slot, listeners[slot]) for slot in settings.BACKEND_PORTS),
        Program(
            "worker",
            [python, "-m", "celery", "--quiet", "-A", "ragsite", "worker", "--beat",
             "--schedule", settings.CELERY_BEAT_SCHEDULE_FILENAME, "--pool", "threads",
             "--concurrency", WORKER_THREADS, "--without-gossip", "--without-mingle"],
            shared_environment(),
            delay=later,
        ),
        Program("watcher", [python, manage, "watch"], shared_environment(), delay=later),
    ]  # fmt: skip
    if settings.EMBEDDED_BROKER:
        started.insert(0, Program("broker", broker.command(settings.RUN_DIR), last=True))
    return started


def shared_environment() -> dict[str, str]:
    """What every process of ours needs to know, whatever folder or `.env` it was started with."""
    return {
        "DJANGO_SETTINGS_MODULE": "ragsite.settings",
        "DATA_DIR": str(settings.DATA_DIR),
        "KNOWLEDGE_DIR": str(settings.KNOWLEDGE_DIR),
        "INDICES_DIR": str(settings.INDICES_DIR),
        "PUBLISH_POLICY": settings.PUBLISH_POLICY,
        "KEEP_VERSIONS": str(settings.KEEP_VERSIONS),
        "COLLECT_GRACE_SECONDS": str(settings.COLLECT_GRACE_SECONDS),
        "COMPARED_QUESTIONS": str(settings.COMPARED_QUESTIONS),
        "SCRUB_MINUTES": str(settings.SCRUB_MINUTES),
        "QUESTION_LOG": "1" if settings.QUESTION_LOG else "0",
        "GEMINI_API_KEY": settings.GEMINI_API_KEY,
        "GEMINI_EMBED_URL": settings.GEMINI_EMBED_URL,
        "GEMINI_CHAT_URL": settings.GEMINI_CHAT_URL,
        "GEMINI_EMBED_DIMENSIONS": str(settings.GEMINI_EMBED_DIMENSIONS),
        "OPENAI_BASE_URL": settings.OPENAI_BASE_URL,
        "OPENAI_API_KEY": settings.OPENAI_API_KEY,
        "OPENAI_CHAT_MODEL": settings.OPENAI_CHAT_MODEL,
        "OPENAI_EMBED_MODEL": settings.OPENAI_EMBED_MODEL,
        "OPENAI_EMBED_DIMENSIONS": str(settings.OPENAI_EMBED_DIMENSIONS),
        **{name: str(getattr(settings, name)) for name in EMBEDDING},
        "CONTROL_TOKEN": settings.CONTROL_TOKEN,
        "SECRET_KEY": settings.SECRET_KEY,
        "PROMETHEUS_MULTIPROC_DIR": str(settings.RUN_DIR / "metrics"),
        # Two cores and many processes; and FAISS hangs after a fork if it ran multi-threaded.
        "OMP_NUM_THREADS": "1",
        "OPENBLAS_NUM_THREADS": "1",
        "MKL_NUM_THREADS": "1",
        "PYTHONPATH": os.pathsep.join(
            part for part in (str(settings.BASE_DIR), os.environ.get("PYTHONPATH")) if part
        ),
    }


def _served(
    name: str, app: str, listener: socket.socket, kind: str, *, workers: int, **extra: Any
) -> Program:
    command = [sys.executable, *SERVED_BY_UVICORN, "-k", kind, "--workers", str(workers),
               "--bind", f"fd://{listener.fileno()}", app]  # fmt: skip
    environment = {**shared_environment(), **extra}
    return Program(name, command, environment, descriptors=(listener.fileno(),))


def _backend(slot: str, listener: socket.socket) -> Program:
    index: Path = settings.INDICES_DIR / slot
    return _served(
        f"backend-{slot}", "backend.app:app", listener, BACKEND_WORKER,
        workers=settings.BACKEND_WORKERS, INDEX_PATH=str(index),
    )  # fmt: skip
