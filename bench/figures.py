"""Figures and how they are printed."""

import statistics
import sys
from collections.abc import Sequence


def percentile(values: Sequence[float], share: float) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def spread(values: Sequence[float], unit: str = "ms", scale: float = 1000.0) -> str:
    """`values` in seconds, printed as median, p95 and largest."""
    return (
        f"median {statistics.median(values) * scale:.0f} {unit}, "
        f"p95 {percentile(values, 0.95) * scale:.0f}, max {max(values) * scale:.0f} "
        f"(n={len(values)})"
    )


def row(name: str, figure: str) -> None:
    sys.stdout.write(f"{name:<46} {figure}\n")
    sys.stdout.flush()
