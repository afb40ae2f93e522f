"""The public suite of cases that a rules engine must answer, and ours answering it."""

from sightline.conformance.monte_carlo import Score, compare, score
from sightline.conformance.play import CASES, Verdict, agrees, judge
from sightline.conformance.walk import Case, Frame, Walk
from sightline.conformance.walkers import Walker, walkers

__all__ = [
    "CASES",
    "Case",
    "Frame",
    "Score",
    "Verdict",
    "Walk",
    "Walker",
    "agrees",
    "compare",
    "judge",
    "score",
    "walkers",
]
