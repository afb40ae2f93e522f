"""Benchmarks: ours and the peers on the same input in one run; the figure is the ratio."""
