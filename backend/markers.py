"""The `[n]` in a generated answer: checked against the passages and numbered as they appear.

Text arrives in pieces that may end anywhere, also inside a marker or a fence of code.
"""

import re
from collections.abc import Iterator

# What the next piece might complete to a marker (with the space that goes when it is removed) or
# to a longer run of backticks is held back.
INCOMPLETE = re.compile(r"(?: ?\[[\d\s,]{0,40}| |`+|\n\s*)$")
PART = re.compile(r"(?P<ticks>`+)|(?P<blank>\n\s*\n)|(?P<marker> ?\[(?P<numbers>\d[\d\s,]*)\])")


class Markers:
    """Rewrites markers outside code.

    `cited` holds the passages' numbers in order of appearance, `removed` the places in the shown
    text where a number was taken out that names no passage.
    """

    def __init__(self, passages: int) -> None:
        self._passages = passages
        self._held = ""
        self._code = ""
        self._length = 0
        self.cited: list[int] = []
        self.removed: list[int] = []

    def feed(self, text: str) -> str:
        """What of the text so far can be shown."""
        text = self._held + text
        incomplete = INCOMPLETE.search(text)
        shown = text[: incomplete.start()] if incomplete else text
        self._held = text[len(shown) :]
        return self._joined(shown)

    def finish(self) -> str:
        """What was still held back when the text ended."""
        rest, self._held = self._held, ""
        return self._joined(rest)

    def _joined(self, text: str) -> str:
        shown = ""
        start = self._length
        for piece in self._rewritten(text):
            shown += piece
            self._length = start + len(shown)
        return shown

    def _rewritten(self, text: str) -> Iterator[str]:
        at = 0
        for part in PART.finditer(text):
            yield text[at : part.start()]
            at = part.end()
            if part["marker"] and not self._code:
                yield self._marker(part["marker"], part["numbers"])
            else:
                self._track_code(part)
                yield part.group()
        yield text[at:]

    def _track_code(self, part: re.Match[str]) -> None:
        """Backticks open code that as many close; inline code ends at a blank line."""
        if part["ticks"]:
            if not self._code:
                self._code = part["ticks"]
            elif self._code == part["ticks"]:
                self._code = ""
        elif part["blank"] and len(self._code) < 3:
            self._code = ""

    def _marker(self, marker: str, numbers: str) -> str:
        named = [int(digits) for digits in re.findall(r"\d+", numbers)]
        shown = [self._shown(number) for number in named if 1 <= number <= self._passages]
        if len(shown) < len(named):
            self.removed.append(self._length)
        space = " " if marker.startswith(" ") and shown else ""
        return space + "".join(f"[{number}]" for number in shown)

    def _shown(self, number: int) -> int:
        if number not in self.cited:
            self.cited.append(number)
        return self.cited.index(number) + 1
