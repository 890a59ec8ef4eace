from hypothesis import given
from hypothesis import strategies as st

from backend.markers import Markers


def rewritten(pieces: list[str], passages: int = 5) -> tuple[str, list[int]]:
    markers = Markers(passages)
    text = "".join(map(markers.feed, pieces)) + markers.finish()
    return text, markers.cited


def test_markers_are_numbered_in_order_of_appearance() -> None:
    assert rewritten(["a [4] b [2][4]"]) == ("a [1] b [2][1]", [4, 2])


def test_a_number_without_a_passage_is_removed() -> None:
    assert rewritten(["a [9]. b [0] c [1, 9]"]) == ("a. b c [1]", [1])


def test_code_is_left_alone() -> None:
    code = "```\nx[1] = y[9]\n```"
    assert rewritten([f"`a[9]` and {code} [3]"]) == (f"`a[9]` and {code} [1]", [3])


def test_a_backtick_that_is_never_closed_ends_with_its_paragraph() -> None:
    assert rewritten(["a ` b [3]\n\nc [3]"]) == ("a ` b [3]\n\nc [1]", [3])


def test_other_brackets_stay() -> None:
    text = "[a] [1a] [ ] [] [x](y) [1"
    assert rewritten([text]) == (text, [])


PIECES = ["a", "[1]", "[", " 3 , 2 ", "]", "`", "```", "\n\n", "[9]", " [", " ", "1"]


@given(st.lists(st.sampled_from(PIECES)))
def test_pieces_do_not_matter(pieces: list[str]) -> None:
    assert rewritten(pieces) == rewritten(["".join(pieces)]) == rewritten(list("".join(pieces)))
