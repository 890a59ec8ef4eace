"""Which of the files that vanished are there under another name: the same text tells.

A file that is renamed and edited before anyone looks is a deletion and a new document.
"""

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterator
from dataclasses import replace

from knowledge.merge import Act
from knowledge.needs import Need
from knowledge.scan import inode

Pair = tuple[Need, Need]  # a file that is gone, a new one
Alike = Callable[[Need], Hashable]  # two needs with one value are a pair; with None in none


def told_apart(needs: list[Need]) -> list[Need]:
    """The same needs, where a burial and a new file that are one move have become that move."""
    gone, new = _by_text(needs, Act.BURY), _by_text(needs, Act.TAKE)
    pairs = [pair for sha in gone.keys() & new.keys() for pair in _paired(gone[sha], new[sha])]
    if not pairs:
        return needs
    moved = {need.path: replace(need, act=Act.MOVE, origin=old.row) for old, need in pairs}
    left = {old.path for old, _ in pairs}
    return [moved.get(need.path, need) for need in needs if need.path not in left]


def _by_text(needs: list[Need], act: Act) -> dict[str, list[Need]]:
    """By the text that it has, or had; a path where a document is live takes in no other."""
    found: dict[str, list[Need]] = defaultdict(list)
    for need in sorted(needs, key=lambda need: need.path):
        if need.act is not act:
            continue
        if need.file is None and need.row:
            found[need.row.base].append(need)
        elif need.file and not (need.row and need.row.live):
            found[need.file.sha256].append(need)
    return found


def _paired(gone: list[Need], new: list[Need]) -> Iterator[Pair]:
    """First who is the very same file, then who has the same name, then in their order."""
    blank = any(need.file and need.file.blank for need in new)
    ways: list[Alike] = [_inode] if blank else [_inode, _name, lambda _: ""]
    for alike in ways:
        waiting: dict[Hashable, list[Need]] = defaultdict(list)
        for need in reversed(gone):
            waiting[alike(need)].append(need)
        waiting.pop(None, None)
        for need in list(new):
            if found := waiting.get(alike(need)):
                old = found.pop()
                gone.remove(old)
                new.remove(need)
                yield old, need


def _inode(need: Need) -> Hashable:
    if need.file:
        return inode(need.file.stat)
    return inode(need.row.stat) if need.row else None


def _name(need: Need) -> Hashable:
    return need.path.rpartition("/")[2]
