"""A short form of `python -m benches torture`: nothing is lost while the endpoint fails at random and the publisher is killed."""

from benches.torture import MIX, play


def test_every_event_arrives_in_order_whatever_happens():
    found = play(2000, 3, 8, seed=1)
    assert found.kills == 3
    assert found.missing == 0
    assert found.out_of_order == 0
    assert found.unexplained == 0
    assert found.answers["200"] > 20
    assert sum(found.answers[name] > 0 for name in MIX) > 4
