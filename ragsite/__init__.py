"""Wiring only: settings, URLs, ASGI, Celery, the supervisor. Nothing of ours imports it."""

from ragsite.celery import app as celery_app

__all__ = ["celery_app"]
