"""What the worker does for uploads; the schedule runs the same, for what a crash left."""

from celery import shared_task

from knowledge import importing


@shared_task(name="knowledge.tasks.go_on_with_imports")  # type: ignore[untyped-decorator]
def go_on_with_imports() -> None:
    """May be lost, late or doubled: it looks for itself what there is."""
    importing.go_on_with_all()


@shared_task(name="knowledge.tasks.tidy_imports")  # type: ignore[untyped-decorator]
def tidy_imports() -> None:
    importing.tidy()
