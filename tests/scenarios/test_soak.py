"""A short form of `python -m benches soak`: cameras fail every second, and nothing is missed, invented or left open."""

import pytest
from benches.soak import Figures, Mark, play


@pytest.mark.slow
def test_cameras_that_fail_cost_only_what_they_did_not_show():
    found = play(24, seed=1, fault_every_s=1.0)
    assert list(found.complaints()) == []
    assert found.right >= 10
    assert sum(found.faults.values()) >= 10
    assert found.marks[-1].reconnects >= 3


def test_what_grows_or_is_wrong_is_told_in_words():
    small = Mark(0.0, 100.0, 10, 5, 0, 0, 0, 0, 0, 0)
    large = Mark(60.0, 150.0, 11, 6, 0, 0, 0, 0, 0, 0)
    found = Figures(
        [small, small, large], plays=3, right=1, missed=1, wrong=1, stuck=["camera roof is stuck"]
    )
    assert list(found.complaints()) == [
        "resident memory grew by 50.0 MiB, from 100.0",
        "11 file descriptors at the end, 10 at the start",
        "6 threads at the end, 5 at the start",
        "1 undisturbed plays gave no crossing",
        "1 undisturbed plays gave several crossings, or one outward",
        "camera roof is stuck",
    ]
