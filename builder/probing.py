"""What a probe demands of an answer, and what an answer lacks of it: pure, no database, no HTTP.

Regular expressions are RE2's: they take time in proportion to the text, whatever is typed, so
that no probe can hold a build up. What RE2 can't promise that for (look-around, back-references,
huge repetitions) is refused when the probe is saved.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import re2

from retrieval.analysis import without_accents
from retrieval.messages import Large, worded
from retrieval.plain import LIMIT, plain_text

LONGEST_PATTERN = 500  # characters
MOST_LINES = 50  # of one field

Answer = Mapping[str, Any]  # {"answer", "answered", "citations": [{"document", …}]}


class BadPattern(ValueError):
    """A line can't be matched; the message says which, and why."""


class ImpossiblePattern(BadPattern):
    """It is no regular expression at all."""


class UnboundedPattern(BadPattern):
    """Nothing promises that it ends in time."""


@dataclass(frozen=True, slots=True)
class Demands:
    """One a line: documents, where `*` stands for anything; texts, or `/regular expressions/`."""

    must_cite: tuple[str, ...] = ()
    must_contain: tuple[str, ...] = ()
    must_not_contain: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.must_cite or self.must_contain or self.must_not_contain)


def lines(text: str) -> tuple[str, ...]:
    """What a field demands; a line of white space, or of accents alone, demands nothing."""
    return tuple(line.strip() for line in text.splitlines() if folded(line))


def check_lines(demanded: Sequence[str]) -> None:
    """Raises BadPattern for the first that can't be matched."""
    for line in demanded:
        if (pattern := expression(line)) is not None:
            _compiled(pattern)


def failures(demands: Demands, answer: Answer) -> list[str]:
    """What is wrong with the answer, in plain words; nothing when it is as demanded."""
    cited = [citation["document"] for citation in answer["citations"]]
    told = answer["answer"]
    found = [*_uncited(demands.must_cite, cited)]
    found += [
        worded("it does not say %(line)s", line=line)
        for line in demands.must_contain
        if not says(told, line)
    ]
    if found and not answer["answered"]:
        found.insert(0, worded("it found no answer in the documents"))
    return found + [
        worded("it says %(line)s", line=line)
        for line in demands.must_not_contain
        if says(told, line)
    ]


def says(text: str, line: str) -> bool:
    """Whether a text holds what a line asks for, with its Markdown or without."""
    plain = " ".join(_plain(part) for part in text.split("\n\n"))
    pattern = expression(line)
    if pattern is None:
        wanted = folded(line)
        return wanted in folded(text) or wanted in folded(plain)
    compiled = _compiled(pattern)
    return any(compiled.search(each) is not None for each in (text, plain))


def cites(documents: Sequence[str], pattern: str) -> bool:
    wildcard = ".*".join(re2.escape(part) for part in pattern.split("*"))
    return any(re2.fullmatch(f"(?s){wildcard}", document) for document in documents)


def folded(text: str) -> str:
    """Without case and accents, each run of white space as one space."""
    return " ".join(without_accents(text).casefold().split())


def expression(line: str) -> str | None:
    """What stands between two slashes; None when the line is a plain text."""
    return line[1:-1] if len(line) > 2 and line[0] == line[-1] == "/" else None


def _plain(part: str) -> str:
    return plain_text(part) if len(part) <= LIMIT else part


def _uncited(patterns: Sequence[str], cited: Sequence[str]) -> Iterator[str]:
    instead = ", ".join(dict.fromkeys(cited)) or worded("nothing")
    for pattern in patterns:
        if not cites(cited, pattern):
            yield worded(
                "it does not cite %(pattern)s, but %(instead)s", pattern=pattern, instead=instead
            )


def _compiled(pattern: str) -> Any:
    """Without regard to case, unless the pattern begins with `(?-i)`; raises BadPattern."""
    if len(pattern) > LONGEST_PATTERN:
        raise UnboundedPattern(
            worded(
                "The pattern /%(pattern)s…/ has %(length)s characters; %(limit)s are allowed.",
                pattern=pattern[:40],
                length=len(pattern),
                limit=LONGEST_PATTERN,
            )
        )
    options = re2.Options()
    options.log_errors, options.case_sensitive = False, False
    try:
        return re2.compile(pattern, options)
    except re2.error as error:
        raise _refusal(pattern, error) from error


def _refusal(pattern: str, error: Exception) -> BadPattern:
    """Python's own expressions take more than RE2's do: what both refuse is none at all."""
    reason = error.args[0]
    told = reason.decode(errors="replace") if isinstance(reason, bytes) else str(reason)
    try:
        re.compile(pattern)
    except (re.error, OverflowError, RecursionError):
        return ImpossiblePattern(
            worded("/%(pattern)s/ is not a regular expression: %(why)s.", pattern=pattern, why=told)
        )
    return UnboundedPattern(
        worded(
            "/%(pattern)s/ could run for ever: %(why)s. Look-around, back-references and "
            "repetitions of more than %(most)s are not allowed.",
            pattern=pattern,
            why=told,
            most=Large(1000),
        )
    )
