"""Which segments become one: small ones on the way of an edit, larger ones in the background.

Tiered: eight segments of a tier become one of the next, so a document is written again a few
times in its life. An edit takes in what is small; it must not wait for what is larger.
"""

from collections.abc import Sequence

FANOUT = 8
SMALL = 128  # live chunks: up to here a segment is the edits' to merge, above it compaction's
TIERS = ((16, SMALL), (-1, 16))  # live chunks of a segment: over the first, up to the second
DEAD = 1 / 3  # of the chunks of a segment: from here on it is written anew without them


def to_merge(chunks: Sequence[int]) -> list[int]:
    """The positions of the segments to take in, given the live chunks of each; often none."""
    for over, up_to in TIERS:
        if sum(over < size <= up_to for size in chunks) >= FANOUT:
            return [position for position, size in enumerate(chunks) if size <= up_to]
    return []


def to_compact(chunks: Sequence[tuple[int, int]]) -> list[int]:
    """The positions of the segments to make one of, given the chunks of each and those live.

    The lowest tier that is full, or else a segment that is dead in large part; often none.
    """
    tiers: dict[int, list[int]] = {}
    for position, (_, live) in enumerate(chunks):
        if live > SMALL:
            tiers.setdefault(_tier(live), []).append(position)
    for tier in sorted(tiers):
        if len(tiers[tier]) >= FANOUT:
            return tiers[tier]
    for position, (total, live) in enumerate(chunks):
        if total > SMALL and total - live > DEAD * total:
            return [position]
    return []


def _tier(live: int) -> int:
    tier = 0
    while live > SMALL * FANOUT ** (tier + 1):
        tier += 1
    return tier
