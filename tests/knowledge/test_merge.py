"""DESIGN's merge table, row by row: (base, file, live) → what is done."""

import itertools

import pytest

from knowledge.merge import Act, decide

TABLE = [
    # base, file, live
    ("", "", "", Act.AGREE),
    ("a", "a", "a", Act.AGREE),
    ("", "b", "b", Act.AGREE),  # both added the same
    ("a", "b", "b", Act.AGREE),  # both changed to the same
    ("a", "", "", Act.AGREE),  # both deleted
    ("", "b", "", Act.TAKE),  # added in the folder
    ("a", "b", "a", Act.TAKE),  # changed in the folder
    ("a", "", "a", Act.BURY),  # deleted in the folder
    ("", "", "b", Act.WRITE),  # added in the database
    ("a", "a", "b", Act.WRITE),  # changed in the database
    ("a", "a", "", Act.REMOVE),  # deleted in the database
    ("a", "", "b", Act.WRITE),  # an edit beats a deletion
    ("a", "b", "", Act.TAKE),  # whichever side it came from
    ("a", "b", "c", Act.CONFLICT),  # both changed
    ("", "b", "c", Act.CONFLICT),  # both added
]


@pytest.mark.parametrize(("base", "file", "live", "act"), TABLE)
def test_it_decides(base, file, live, act):
    assert decide(base, file, live) is act


def test_the_table_has_every_case():
    """Up to the names of the hashes: which of the three are equal, and which are absent."""

    def shape(values):
        names = {"": ""}
        return tuple(names.setdefault(value, len(names)) for value in values)

    told = {shape(row[:3]) for row in TABLE}
    assert told == {shape(case) for case in itertools.product(["", "a", "b", "c"], repeat=3)}
