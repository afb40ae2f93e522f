"""Whoever walks where: Azure's messages count what the native events count, satisfy their schemas, and can be repeated."""

from collections import Counter

from hypothesis import given, settings
from hypothesis import strategies as st
from tests.support.azure_runs import (
    COUNT,
    CROSSING,
    DISTANCE,
    DWELL,
    GIVEN,
    GROUND,
    LINE,
    SCENE,
    camera,
    play,
)

from sightline.calibration import Calibration
from sightline.events import LineCrossed, ZoneCountChanged, ZoneEntered, ZoneExited
from sightline.events.azure import decode
from sightline.scene import Scene, Zone

WAYS = [{}, {"schema_version": "1.0"}, {"rendering": "live_video_analytics"}]
# A second zone that overlaps the first, and is sure of an entry after three frames.
TWO = Scene(
    lines=SCENE.lines,
    zones=[*SCENE.zones, Zone("lane", [(0.4, 0.4), (1.0, 0.5), (0.6, 1.0)], confirm_frames=3)],
)
REPORTS = [
    COUNT,
    {"event": "count", "region": "lane", "name": "lane / 2"},
    LINE,
    CROSSING,
    {**CROSSING, "region": "lane"},
    {**DWELL, "target_side": 2},
    {**DISTANCE, "maximum_ft": 12.0},
]
STATES = [
    Calibration(),
    Calibration("calibrating", progress=0.5),
    GIVEN,
    Calibration("calibrated", 1.0, GROUND, 0),
]


@st.composite
def walks(draw):
    """Frames of up to five people who wander, stand, vanish for a frame or two, and leave for good."""
    people = draw(st.integers(0, 5))
    frames = draw(st.integers(1, 30))
    walk = [{} for _ in range(frames)]
    for track_id in range(1, people + 1):
        first = draw(st.integers(0, frames - 1))
        last = draw(st.integers(first, frames))
        x, y = draw(st.tuples(st.integers(20, 620), st.integers(100, 355)))
        steps = draw(st.lists(st.tuples(st.integers(-60, 60), st.integers(-40, 40)), min_size=1, max_size=4))
        hidden = draw(st.sets(st.integers(0, 29), max_size=4))
        for frame in range(first, last):
            across, down = steps[(frame - first) * len(steps) // (last - first)]
            x, y = min(max(x + across, 0), 640), min(max(y + down, 60), 400)
            if frame not in hidden:
                walk[frame][track_id] = (x, y)
    return walk


@given(
    walk=walks(),
    way=st.sampled_from(WAYS),
    known=st.sampled_from(STATES),
    trigger=st.sampled_from(["event", "interval"]),
    jump=st.none() | st.integers(1, 29),
)
@settings(max_examples=60)
def test_messages_count_what_native_events_count(walk, way, known, trigger, jump):
    distance = {**REPORTS[-1], "trigger": trigger, "interval_s": 0.7}
    epochs = [int(jump is not None and frame >= jump) for frame in range(len(walk))]
    if jump is not None:
        # Identities are never used again, and after a jump everybody is somebody else.
        walk = [
            {track_id + 100 * epoch: foot for track_id, foot in people.items()}
            for people, epoch in zip(walk, epochs, strict=True)
        ]
    options = camera(*REPORTS[:-1], distance, **way)
    run = play(walk, options, scene=TWO, calibrations=known, epochs=epochs)
    assert play(walk, options, scene=TWO, calibrations=known, epochs=epochs).text() == run.text()
    told = [event for sent in run.messages for message in sent for event in decode(message.body)]
    for region, name in (("till", "till"), ("lane", "lane / 2")):
        native = [event.count for event in run.native(ZoneCountChanged) if event.zone == region]
        counts = [event.count for event in told if event.type == "personCountEvent" and event.zone == name]
        # The first frame's is told also when it is no change.
        assert counts in (native, [0, *native])
        assert counts[-1] == 0
    ways = Counter(event.status for event in told if event.type == "personLineEvent")
    crossed = Counter(event.direction for event in run.native(LineCrossed))
    assert (ways["CrossRight"], ways["CrossLeft"]) == (crossed["in"], crossed["out"])
    for zone in ("till", "lane"):
        passed = Counter(
            event.status for event in told if event.type == "personZoneEnterExitEvent" and event.zone == zone
        )
        assert passed["Enter"] == sum(event.zone == zone for event in run.native(ZoneEntered))
        assert passed["Exit"] == sum(event.zone == zone for event in run.native(ZoneExited))
    stays = [event for event in told if event.type == "personZoneDwellTimeEvent"]
    assert [stay.dwell_ms for stay in stays] == [
        float(e.dwell_ms) for e in run.native(ZoneExited) if e.zone == "till"
    ]
    assert all(0 <= stay.facing_ms <= stay.dwell_ms for stay in stays)
    assert all(stay.minimum_speed_fps <= stay.average_speed_fps + 1e-3 for stay in stays)


@given(walk=walks())
@settings(max_examples=30)
def test_violations_end_with_nobody_and_are_told_only_when_they_change(walk):
    run = play(walk, camera({**DISTANCE, "maximum_ft": 12.0}))
    last = {"TooClose": 0, "TooFar": 0}
    for _, event, _ in run.told("personDistanceEvent"):
        said = event["properties"]
        count = said["distanceViolationPersonCount"]
        assert count != last[said["eventName"]]
        assert count != 1
        assert len(event["detectionIds"]) == count or count == 0
        last[said["eventName"]] = count
        if count:
            apart = said["averageDistance"]
            assert apart > 0
            # Two people alone are both of the pair.
            if count == said["personCount"] == 2:
                assert (apart < 6.0) == (said["eventName"] == "TooClose")
    assert last == {"TooClose": 0, "TooFar": 0}
