import pytest

from backend.following import understood
from backend.validation import Asked, Turn


def asked(*questions: str) -> Asked:
    return Asked(questions[-1], tuple(Turn("user", each) for each in questions[:-1]))


@pytest.mark.parametrize(
    ("questions", "expected"),
    [
        (["What does the scribe do?", "and the deputy?"], "What does the deputy do?"),
        (["What is a SEV-1?", "And a SEV-3?"], "What is a SEV-3?"),
        (["What is a SEV-1?", "And a SEV-2?", "and SEV-3?"], "What is a SEV-3?"),
        (["Que fait le scribe ?", "et l'adjoint ?"], "Que fait le adjoint ?"),
        (["What does the scribe do?", "How do I restart a Kafka broker at night?"],
         "How do I restart a Kafka broker at night?"),
    ],
)  # fmt: skip
def test_a_question_with_another_subject_is_the_one_before_with_it(
    questions: list[str], expected: str
) -> None:
    assert understood(asked(*questions)) == (expected, "")


@pytest.mark.parametrize(
    "questions",
    [
        ["When do backups of the orders database start?", "and at night?"],
        ["What does KubePodCrashLooping mean?", "and how do I fix it?"],
        ["What should I do when etcd has no leader?", "and what is the impact?"],
        ["What should I do when etcd has no leader?", "and the impact?"],
    ],
)
def test_any_other_leans_on_the_one_before(questions: list[str]) -> None:
    assert understood(asked(*questions)) == (questions[1], questions[0])


@pytest.mark.parametrize(
    "question", ["What is a scribe?", "what is Watchdog", "Who is Ada?", "Qu'est-ce qu'un quorum ?"]
)
def test_what_asks_by_name_what_something_is_leans_on_nothing(question: str) -> None:
    assert understood(asked("How do I defragment etcd?", question)) == (question, "")


@pytest.mark.parametrize("question", ["What is the impact?", "what is it?", "Who is that?"])
def test_what_asks_for_a_part_of_it_does(question: str) -> None:
    assert understood(asked("What does KubeAPIDown mean?", question))[1] != ""


def test_it_leans_on_what_that_one_leaned_on() -> None:
    questions = ["When do backups of the orders database start?", "and at night?", "and why?"]
    assert understood(asked(*questions)) == (questions[2], "\n".join(questions[:2]))
