"""Measures the real system; figures are medians of runs on this machine, never asserted."""
