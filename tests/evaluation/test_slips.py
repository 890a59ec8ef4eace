"""The slips that questions are asked with once more."""

from evaluation.sets import Question
from evaluation.slips import misspelt


def questions():
    return [Question(str(n), "How do I restart the collector on Mondays?", True) for n in range(50)]


def test_one_word_has_one_slip_and_always_the_same():
    for question in questions():
        slipped = misspelt(question)
        if slipped is None:
            continue
        pairs = zip(question.text.split(), slipped.text.split(), strict=True)
        [(right, wrong)] = [(one, other) for one, other in pairs if one != other]
        assert right[0] == wrong[0]
        assert abs(len(right) - len(wrong)) <= 1
        assert misspelt(question) == slipped
    typed = [misspelt(question) for question in questions()]
    assert len({slipped.text for slipped in typed if slipped is not None}) > 10


def test_short_words_and_names_are_spared():
    assert misspelt(Question("1", "Where is KubePodCrashLooping in v1.22?", True)) is None
