"""What the worker does for those who come in, on a schedule."""

from celery import shared_task

from access import admitted


@shared_task(name="access.tasks.write_admitted")  # type: ignore[untyped-decorator]
def write_admitted() -> None:
    admitted.write()
