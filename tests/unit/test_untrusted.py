"""Whatever comes from outside is taken, or refused with an error that is meant for it; nothing else happens.

Few cases each by default; `pytest --hypothesis-profile=fuzz` (or `deploy/fuzz.sh`) tries many more.
"""

import contextlib
import json
import math
import tempfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

import sightline
from sightline import _core
from sightline.config import Config, load_config, load_scene
from sightline.config.strict import convert
from sightline.config.toml import scene_of
from sightline.detectors.description import read_sidecar
from sightline.errors import ConfigError, ModelError
from sightline.events import decode
from sightline.rules import check_scene

HUGE = {
    "zero": 0,
    "negative": -1,
    "int32": 2**31,
    "uint32": 2**32,
    "int64": 2**63,
    "uint64": 2**64,
    "no-float": 10**400,
    "tiny": 1e-300,
    "vast": 1e300,
    "infinite": math.inf,
    "nan": math.nan,
}
NUMBERS = st.integers(-3, 3) | st.floats(-1, 2) | st.sampled_from(list(HUGE.values()))
ANYTHING = st.recursive(
    st.none() | st.booleans() | NUMBERS | st.text(max_size=6) | st.dates() | st.times(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=6,
)
SQUARE = [[0.2, 0.2], [0.8, 0.2], [0.8, 0.8], [0.2, 0.8]]
# Every field that a scene has, as it may be written.
SCENE = {
    "max_gap_s": 1,
    "summary_s": 60,
    "ground": {"height_m": 4, "tilt_deg": 30, "roll_deg": 1, "view_deg": 60},
    "lines": [{"name": "door", "from": [0.1, 0.5], "to": [0.9, 0.5], "anchor": "center", "band": 0.01}],
    "zones": [
        {
            "name": "queue",
            "polygon": SQUARE,
            "anchor": "bottom_center",
            "band": 0.01,
            "dwell_s": 3,
            "crowd_limit": 3,
            "crowd_s": 2,
            "confirm_frames": 2,
        }
    ],
    "distances": [
        {
            "name": "apart",
            "threshold_m": 2,
            "zone": SQUARE,
            "min_duration_s": 1,
            "exclude_groups": True,
            "group_s": 2,
        }
    ],
}


def fields(value, place=()):
    """Every place in nested tables and lists."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, each in inner:
        yield (*place, key)
        yield from fields(each, (*place, key))


def changed(value, place, to):
    """A copy of nested tables and lists with something else at a place."""
    if not place:
        return to
    copied = dict(value) if isinstance(value, dict) else list(value)
    copied[place[0]] = changed(value[place[0]], place[1:], to)
    return copied


@pytest.mark.parametrize("value", HUGE.values(), ids=HUGE)
def test_a_scene_with_extreme_numbers_anywhere(value):
    for place in fields(SCENE):
        take_or_refuse(changed(SCENE, place, value))


@given(st.sampled_from(list(fields(SCENE))), ANYTHING)
def test_a_scene_with_anything_anywhere(place, value):
    take_or_refuse(changed(SCENE, place, value))


def take_or_refuse(written):
    camera = {"source": "a.mp4", **written}
    try:
        config = convert({"cameras": [camera]}, Config)
        check_scene(scene_of(config.cameras[0]))
    except ConfigError as error:
        refused = error.faults
    else:
        # What is taken can be run.
        scene = scene_of(config.cameras[0])
        rules = sightline.Rules(scene, size_px=(640, 480))
        rules.update(sightline.ByteTrack().update(found([[300, 100, 340, 240]], 0)))
        assert rules.reload(scene) == []
        return
    assert refused


@given(
    st.text(max_size=60)
    | st.sampled_from(["[" * 5000, "a = " + "[" * 5000, "a." * 3000 + "b = 1", "a = " + "9" * 5000])
)
def test_a_file_with_any_text(text):
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "run.toml"
        file.write_bytes(text.encode("utf-8", "surrogatepass"))
        for load in (load_config, load_scene):
            with contextlib.suppress(ConfigError):
                load(file)


@given(st.binary(max_size=40) | ANYTHING.map(lambda value: json.dumps(value, default=str).encode()))
def test_a_sidecar_with_anything_in_it(content):
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "m.onnx.json").write_bytes(content)
        with contextlib.suppress(ModelError):
            read_sidecar(Path(folder) / "m.onnx")


@given(
    st.binary(max_size=40)
    | ANYTHING.map(lambda value: json.dumps({"specversion": "1.0", "data": value}, default=str).encode())
)
def test_an_event_that_is_none(text):
    with pytest.raises(ValueError, match=r"expected|not a CloudEvent|data of"):
        decode(text)


def found(boxes, pts_ns):
    return sightline.Detections.of(boxes, confidence=np.full(len(boxes), 0.9), pts_ns=pts_ns)


SIDES = st.integers(0, 5)
DTYPES = st.sampled_from([np.float16, np.float32, np.float64, np.int32, np.uint8, np.uint64, np.bool_])
FLOATS = st.floats(width=32) | st.floats(-100, 2000, width=32)


@st.composite
def some_array(draw, dtypes=DTYPES):
    """Any array with few axes."""
    shape = draw(st.lists(SIDES, max_size=3).map(tuple))
    return draw(arrays.arrays(draw(dtypes), shape))


@given(st.lists(some_array(), min_size=3, max_size=3), st.integers() | st.integers(0, 10))
def test_detections_of_anything_are_tracked_or_refused(columns, pts_ns):
    boxes, confidence, class_id = columns
    tracker = sightline.ByteTrack()
    try:
        with np.errstate(all="ignore"):
            detections = sightline.Detections.of(
                boxes, confidence=confidence, class_id=class_id, pts_ns=pts_ns
            )
        tracks = tracker.update(detections)
    except (ValueError, OverflowError, TypeError):
        return
    assert len(tracks) <= len(detections)
    assert detections.xyxy.dtype == np.float32


@st.composite
def boxes_and_scores(draw):
    """Columns of one length, with numbers that are none among them."""
    rows = draw(st.integers(0, 6))
    boxes = draw(arrays.arrays(np.float32, (rows, 4), elements=FLOATS))
    return boxes, draw(arrays.arrays(np.float32, rows, elements=FLOATS))


@given(st.lists(boxes_and_scores(), max_size=6))
def test_any_boxes_are_followed_and_counted(frames):
    tracker = sightline.ByteTrack(new_track_thresh=0.1)
    config = convert({"cameras": [{"source": "a.mp4", **SCENE}]}, Config)
    rules = sightline.Rules(scene_of(config.cameras[0]), size_px=(640, 480))
    for number, (boxes, scores) in enumerate(frames):
        detections = sightline.Detections.of(boxes, confidence=scores, pts_ns=number * 100_000_000)
        tracks = tracker.update(detections)
        assert len(set(tracks.track_id.tolist())) == len(tracks)
        assert np.isfinite(tracks.xyxy).all()
        rules.update(tracks)
    rules.finish()
    assert all(zone["inside"] == 0 for zone in rules.counts()["zones"])


@given(st.lists(some_array(), min_size=4, max_size=4), st.integers(-1, 2**33))
def test_tracks_of_anything_are_columns_or_refused(columns, epoch):
    track_id, xyxy, confidence, class_id = columns
    try:
        tracks = sightline.Tracks(
            track_id, xyxy, confidence=confidence, class_id=class_id, pts_ns=0, epoch=epoch
        )
    except (ValueError, TypeError, OverflowError):
        return
    assert tracks.xyxy.shape == (len(tracks), 4)


@given(
    arrays.arrays(np.uint64, 4),
    arrays.arrays(np.float64, (4, 4)),
    st.lists(st.integers(0, 2**64 - 1), max_size=3),
    st.integers(-(2**63), 2**63 - 1),
)
def test_rules_take_tracks_that_nobody_would_make(ids, boxes, removed, pts_ns):
    config = convert({"cameras": [{"source": "a.mp4", **SCENE}]}, Config)
    rules = sightline.Rules(scene_of(config.cameras[0]), size_px=(640, 480))
    for time_ns in (0, pts_ns):
        tracks = sightline.Tracks(
            ids,
            boxes,
            confidence=np.ones(4, np.float32),
            class_id=np.zeros(4, np.int32),
            pts_ns=time_ns,
            removed=np.array(removed, np.uint64),
        )
        rules.update(tracks)
    rules.finish()
    assert all(zone["inside"] == 0 for zone in rules.counts()["zones"])


FAMILIES = ["yolox", "yolov5", "yolov8", "detr", "end_to_end", "ssd", "nanodet", "fastestdet"]
PLACEMENT = _core.Converter(_core.TensorSpec(width=64, height=64), 128, 96).placement


@given(
    st.sampled_from(FAMILIES),
    st.lists(
        arrays.arrays(np.float32, arrays.array_shapes(min_dims=0, max_dims=4, min_side=0, max_side=8)),
        max_size=3,
    ),
    st.integers(0, 2),
)
def test_outputs_of_any_shape_give_detections_or_a_model_error(family, outputs, image):
    decoder = _core.Decoder(family=family, input_width=64, input_height=64, num_classes=3)
    try:
        xyxy, confidence, class_id = decoder.decode(outputs, image, PLACEMENT)
    except (ModelError, ValueError):
        return
    check_columns(xyxy, confidence, class_id)


@given(
    arrays.arrays(np.float32, (1, 7, 84), elements=st.floats(0, 1, width=32)),
    st.floats(width=32),
    st.integers(0, 587),
)
def test_outputs_of_the_right_shape_are_detections_whatever_the_numbers(output, number, place):
    output.flat[place] = number
    decoder = _core.Decoder(family="yolov8", input_width=64, input_height=64, num_classes=3)
    with contextlib.suppress(ModelError):
        check_columns(*decoder.decode([output], 0, PLACEMENT))


def check_columns(xyxy, confidence, class_id):
    assert (xyxy.dtype, confidence.dtype, class_id.dtype) == (np.float32, np.float32, np.int32)
    assert xyxy.shape == (len(confidence), 4)
    assert len(class_id) == len(confidence)
    assert np.isfinite(xyxy).all()
    assert ((confidence >= 0.25) & (confidence <= 1)).all()


CORNERS = st.lists(st.tuples(FLOATS, FLOATS), max_size=6)


@given(CORNERS, some_array())
def test_polygons_and_lines_of_any_numbers(corners, points):
    with contextlib.suppress(ValueError):
        inside = sightline.PolygonSet([corners]).contains(points)
        assert inside.dtype == np.bool_
    if len(corners) > 1:
        with contextlib.suppress(ValueError):
            sightline.LineSet([(corners[0], corners[1])]).crossings(points, points)
    for alone in (sightline.PolygonZone, lambda c, **size: sightline.LineZone(*c[:2], **size)):
        with contextlib.suppress(ConfigError, TypeError):
            alone(corners, size_px=(640, 480))


@given(CORNERS, CORNERS, some_array())
def test_a_ground_of_any_numbers(pixels, metres, points):
    with contextlib.suppress(ValueError):
        plane = sightline.GroundPlane.from_points(pixels, metres)
        plane.locate(points)
