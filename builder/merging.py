"""Which small segments a build takes into its new one, so that edits do not leave thousands.

Tiered: eight segments of a tier become one of the next, so a document is written again a few
times in its life. What is larger than the last tier stays as it is: an edit must not wait for it.
"""

from collections.abc import Sequence

FANOUT = 8
TIERS = ((16, 128), (-1, 16))  # live chunks of a segment: over the first, up to the second


def to_merge(chunks: Sequence[int]) -> list[int]:
    """The positions of the segments to take in, given the live chunks of each; often none."""
    for over, up_to in TIERS:
        if sum(over < size <= up_to for size in chunks) >= FANOUT:
            return [position for position, size in enumerate(chunks) if size <= up_to]
    return []
