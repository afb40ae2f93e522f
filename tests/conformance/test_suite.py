"""Every case of the conformance suite, by its name, and random walkers."""

import msgspec
import pytest

from sightline.conformance import CASES, Case, judge, score, walkers


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_case(case: Case):
    assert judge(case).faults == []


def test_no_case_is_missing():
    lines = "L01 L02 L03 L03b L04 L04b L04c L05 L06 L07 L08 L09 L10 L10b L10c L11 L12 L12b L13 L15 L16 L17 L18 L19"
    zones = [f"Z{number:02}" for number in range(1, 21)]
    assert [case.id for case in CASES] == [*lines.split(), *zones]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_a_wrong_answer_would_be_found(case: Case):
    """A case that can't fail is none: each is asked with another expectation."""
    walk = case.walks[-1]
    if walk.refused is not None:
        other = msgspec.structs.replace(walk, refused="elsewhere")
    else:
        words = {name: [*found, "in"] for name, found in walk.words.items()}
        other = msgspec.structs.replace(walk, words=words)
    assert not judge(msgspec.structs.replace(case, walks=[*case.walks[:-1], other])).passed


def test_details_are_compared():
    [case] = [case for case in CASES if case.id == "L10"]
    [walk] = case.walks
    for change in ({"bridged": 0}, {"quality": {"door.lost_at_line": 1}}, {"dwell_ms": [1.0]}):
        wrong = msgspec.structs.replace(walk, **change)
        assert len(judge(msgspec.structs.replace(case, walks=[wrong])).faults) == 1


def test_random_walkers_are_right():
    for seed in (0, 1):
        assert score(2000, seed).share >= 0.998


@pytest.mark.slow
def test_many_random_walkers_are_right():
    scores = [score(2000, seed) for seed in range(10)]
    assert sum(sum(each.wrong.values()) for each in scores) <= 40


def test_random_walkers_are_the_same_every_time():
    first, second = walkers(20, 7), walkers(20, 7)
    assert all(
        (a.places == b.places).all() and a.crossings == b.crossings
        for a, b in zip(first, second, strict=True)
    )
    assert {walker.kind for walker in walkers(200, 7)} == {
        "straight",
        "turns back",
        "lingers",
        "U-turn",
        "round an end",
    }
