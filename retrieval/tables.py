"""Tables whose rows lack most of their cells.

The parser makes each cell that is missing, up to 65,000 of a table, so that a text of some
kilobytes would take seconds, and a longer one minutes.
"""

import re

MOST_MISSING = 10_000

_LINE_END = re.compile(r"\r\n?|\n")
_DELIMITERS = re.compile(r"(?=[^|]*\|)(?=[^-]*-)[-:| \t>*+\d.)]+")


def lack_cells(text: str) -> bool:
    """Whether the parser would have to make more cells than it should; some are counted twice."""
    return "|" in text and _missing(text) > MOST_MISSING


def _missing(text: str) -> int:
    missing = columns = 0
    for line in _LINE_END.split(text):
        if not line.strip(" \t>"):
            columns = 0  # a table ends here at the latest
        elif _DELIMITERS.fullmatch(line):
            columns = max(columns, line.count("|") + 1)
        else:
            missing += max(0, columns - line.count("|") - 1)
    return missing
