"""What the worker does for the questions, on a schedule."""

from celery import shared_task

from questions import importing


@shared_task(name="questions.tasks.import_questions")  # type: ignore[untyped-decorator]
def import_questions() -> None:
    importing.import_questions()
