"""What the worker does of people's long work; the schedule runs the same, for what a crash left."""

from celery import shared_task

from knowledge import batches, bulk, importing

KINDS = (bulk.KIND, importing.KIND)


@shared_task(name="knowledge.tasks.go_on")  # type: ignore[untyped-decorator]
def go_on() -> None:
    """May be lost, late or doubled: it looks for itself what there is."""
    batches.go_on_with_all(KINDS)


@shared_task(name="knowledge.tasks.tidy")  # type: ignore[untyped-decorator]
def tidy() -> None:
    importing.tidy()
    bulk.tidy()
