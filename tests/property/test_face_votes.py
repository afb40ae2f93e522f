"""Looks at a face become one answer: what holds whatever the looks were."""

from hypothesis import assume, given
from hypothesis import strategies as st

from sightline.faces.votes import PATIENCE, Sighting, Votes

BOX = (1.0, 2.0, 3.0, 4.0)
CONFIDENCES = st.floats(0.5, 1.0)
SIGHTINGS = st.builds(Sighting, st.booleans(), CONFIDENCES, st.just(BOX), st.just(0.9))
LOOKS = st.lists(st.one_of(st.none(), SIGHTINGS), max_size=60)


def after(looks):
    votes = Votes()
    for look in looks:
        votes.add(look)
    return votes


@given(LOOKS)
def test_there_is_an_answer_exactly_where_a_face_was_usable_lately(looks):
    answer = after(looks).answer()
    assert (answer is not None) == any(looks[-PATIENCE:])


@given(LOOKS)
def test_the_confidence_is_that_of_looks_which_said_so(looks):
    answer = after(looks).answer()
    assume(answer is not None)
    agreeing = [look.confidence for look in looks if look is not None and look.masked == answer.masked]
    assert 0 < answer.confidence <= max(agreeing) + 1e-9
    if len(agreeing) == len([look for look in looks if look is not None]):
        assert answer.confidence >= min(agreeing) - 1e-9


@given(LOOKS, st.booleans(), st.lists(CONFIDENCES, min_size=4, max_size=4))
def test_four_looks_that_agree_decide_whatever_was_before(looks, masked, confidences):
    votes = after(looks + [Sighting(masked, confidence, BOX, 0.9) for confidence in confidences])
    assert votes.answer().masked == masked


@given(st.lists(CONFIDENCES, min_size=2, max_size=30), st.booleans(), CONFIDENCES)
def test_one_look_that_is_no_more_confident_changes_nothing(confidences, masked, other):
    assume(other <= min(confidences))
    looks = [Sighting(masked, confidence, BOX, 0.9) for confidence in confidences]
    assert after([*looks, Sighting(not masked, other, BOX, 0.9)]).answer().masked == masked


@given(st.integers(2, 30), st.booleans(), CONFIDENCES)
def test_two_looks_of_equal_confidence_take_a_mask_off(count, masked, confidence):
    looks = [Sighting(masked, confidence, BOX, 0.9)] * count + [
        Sighting(not masked, confidence, BOX, 0.9)
    ] * 2
    assert after(looks).answer().masked != masked


@given(LOOKS)
def test_the_box_is_the_latest(looks):
    last = Sighting(masked=True, confidence=0.7, box=(5.0, 6.0, 7.0, 8.0), face_confidence=0.85)
    answer = after([*looks, last, None]).answer()
    assert (answer.box, answer.face_confidence) == (last.box, 0.85)
