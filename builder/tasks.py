"""What the worker does for the builder; beat runs the same every few seconds."""

from celery import shared_task

from builder.reconcile import reconcile as converge


@shared_task(name="builder.tasks.reconcile")  # type: ignore[untyped-decorator]
def reconcile() -> None:
    """Carries no argument and may be lost, late or doubled: it looks for itself what there is."""
    converge()
