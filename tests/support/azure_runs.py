"""Frames and native events for the tests of Azure's messages: real rules on tracks that somebody walks, no detector."""

import functools
import json
import math
import uuid
from collections import defaultdict
from dataclasses import dataclass, field
from itertools import chain, pairwise

import numpy as np
from jsonschema import Draft202012Validator

from sightline import Tracks
from sightline.calibration import Calibration
from sightline.events import encode
from sightline.events.azure import AzureCamera, AzureEncoder, AzureReport, Frame
from sightline.events.azure.schema import inferences_schema, schema_of
from sightline.faces import FaceMask
from sightline.ground import GroundPlane
from sightline.motions import Motions
from sightline.rules import Rules
from sightline.scene import Line, Scene, Zone

SIZE = (640, 360)
STARTED = "2026-02-11T09:30:00Z"
FOOT_M = 0.3048
FRAME_NS = 100_000_000
SCENE = Scene(
    lines=[Line("gate", (0.5, 0.0), (0.5, 1.0))],
    zones=[Zone("till", [(0.25, 0.3), (0.75, 0.3), (0.75, 0.95), (0.25, 0.95)])],
)
GROUND = GroundPlane.from_camera(height_m=3.5, tilt_deg=35.0, focal_px=400.0, size_px=SIZE)
GIVEN = Calibration("given", ground=GROUND)


def box(foot, height=90.0):
    x, y = foot
    return [x - 0.2 * height, y - height, x + 0.2 * height, y]


def tracks(people, pts_ns, *, epoch=0, removed=(), classes=None):
    """Tracks with these feet, in pixels, by identity."""
    ids = np.array(sorted(people), np.uint64)
    return Tracks(
        ids,
        np.array([box(people[int(i)]) for i in ids], np.float64).reshape(-1, 4),
        confidence=np.full(len(ids), 0.875, np.float32),
        class_id=np.array([(classes or {}).get(int(i), 0) for i in ids], np.int32),
        pts_ns=pts_ns,
        epoch=epoch,
        removed=np.array(removed, np.uint64),
        size_px=SIZE,
    )


def heading(vector):
    return math.nan if np.allclose(vector, 0) else math.degrees(math.atan2(*vector)) % 360


def motions(now, before, ground, step_s=0.1):
    """How the tracks moved since the frame before, as the pipeline tells it."""
    feet = np.stack([(now.xyxy[:, 0] + now.xyxy[:, 2]) / 2, now.xyxy[:, 3]], axis=1).reshape(-1, 2)
    count = len(now)
    nowhere = np.full((count, 2), math.nan)
    places = ground.locate(feet) if ground and count else nowhere
    old = {} if before is None else {int(i): row for row, i in enumerate(before.track_id)}
    speed, course, image = (np.full(count, math.nan) for _ in range(3))
    for row, track_id in enumerate(now.track_id.tolist()):
        if track_id not in old:
            continue
        x1, _, x2, y2 = before.xyxy[old[track_id]]
        was = np.array([(x1 + x2) / 2, y2])
        image[row] = heading((feet[row] - was) * (1, -1))
        if ground:
            moved = places[row] - ground.locate([was])[0]
            speed[row], course[row] = math.hypot(*moved) / step_s, heading(moved)
    return Motions(places, speed, course, image)


@functools.cache
def validator(kind, version="2.0"):
    schema = inferences_schema() if kind == "inferences" else schema_of(kind, version)
    Draft202012Validator.check_schema(schema)
    return Draft202012Validator(schema)


def types_in(body):
    """The types of a message's events."""
    if "body" in body:
        return {each["event"]["name"] for each in body["body"]["inferences"] if each["type"] == "event"}
    return {event["type"] for event in body["events"]} if "events" in body else {body["type"]}


def validators(body):
    """The schemas that a message must satisfy."""
    if "body" in body:
        return [validator("inferences")]
    return [validator(kind, body.get("schemaVersion", "2.0")) for kind in sorted(types_in(body))]


def check(message):
    """What is true of every message."""
    body = json.loads(message.body)
    for each in validators(body):
        assert [f"{fault.json_path}: {fault.message}" for fault in each.iter_errors(body)] == []
    assert b"\n" not in message.body
    assert uuid.UUID(message.event_id).version == 5
    assert message.type in types_in(body)
    assert message.subject.startswith("/cameras/east/")
    if "events" in body:
        named = {each for event in body["events"] for each in event["detectionIds"]}
        assert named == {detection["id"] for detection in body["detections"]}
        assert message.time == body["sourceInfo"]["timestamp"]
        assert len({event["id"] for event in body["events"]}) == len(body["events"])
    return body


@dataclass
class Run:
    """Everything that happened: native events and messages, frame by frame; the last entry is the end."""

    events: list = field(default_factory=list)
    messages: list = field(default_factory=list)

    @property
    def sent(self):
        return [message for of_frame in self.messages for message in of_frame]

    @property
    def bodies(self):
        return [json.loads(message.body) for message in self.sent]

    def told(self, kind):
        """Events of one type with their frame: (frame, event, message)."""
        return [
            (place, event, body)
            for place, of_frame in enumerate(self.messages)
            for body in (json.loads(message.body) for message in of_frame)
            for event in body.get("events", [])
            if event["type"] == kind
        ]

    def native(self, kind):
        return [event for of_frame in self.events for event in of_frame if isinstance(event, kind)]

    def text(self):
        return b"\n".join([*map(encode, chain.from_iterable(self.events)), *(m.body for m in self.sent)])


def camera(*reports, **more):
    return AzureCamera(
        source_id="cam-east",
        operation="cognitiveservices.vision.spatialanalysis",
        reports=[AzureReport(**report) for report in reports],
        **more,
    )


def encoder(options, scene=SCENE):
    return AzureEncoder(options, camera_id="east", size_px=SIZE, started_at=STARTED, scene=scene)


def play(
    walk,
    options,
    *,
    scene=SCENE,
    calibrations=GIVEN,
    face_masks=None,
    epochs=None,
    names=None,
    classes=None,
    change=lambda event: event,
    made=None,
    after=lambda: None,
):
    """Let people walk: `walk` is a list of frames, each a dict of feet by identity; return what followed.

    `calibrations` is one or a list by frame; who is missing from a frame is gone, and given up two frames later.
    """
    rules = Rules(scene, size_px=SIZE, camera_id="east", started_at=STARTED, class_names=names)
    made, run, before = made or encoder(options, scene), Run(), None
    missing = defaultdict(int)
    seen = set()
    for index, people in enumerate(walk):
        epoch = epochs[index] if epochs else 0
        for track_id in seen - set(people):
            missing[track_id] += 1
        removed = [track_id for track_id, frames in missing.items() if frames == 3]
        for track_id in removed:
            del missing[track_id]
            seen.discard(track_id)
        for track_id in people:
            missing.pop(track_id, None)
        seen |= set(people)
        known = calibrations[index] if isinstance(calibrations, list) else calibrations
        now = tracks(people, index * FRAME_NS, epoch=epoch, removed=removed, classes=classes)
        events = [change(event) for event in rules.update(now)]
        frame = Frame(
            pts_ns=now.pts_ns,
            epoch=epoch,
            index=index,
            tracks=now,
            motions=motions(now, before, known.ground),
            calibration=known,
            face_masks=face_masks or {},
        )
        run.events.append(events)
        run.messages.append(made.messages(frame, events))
        after()
        before = now
    ended = [change(event) for event in rules.finish()]
    run.events.append(ended)
    run.messages.append(made.finish(ended))
    after()
    for message in run.sent:
        check(message)
    assert len({message.event_id for message in run.sent}) == len(run.sent)
    return run


def path(*points, steps=10):
    """Feet along a line of points, in pixels: `steps` frames from each to the next."""
    walk = [points[0]]
    for start, end in pairwise(points):
        walk += [
            tuple(np.array(start) + (np.array(end) - start) * step / steps) for step in range(1, steps + 1)
        ]
    return walk


def together(**walks):
    """Frames of several people: `a=path(...)`; identities count up from 1 in the order given."""
    frames = max(map(len, walks.values()))
    return [
        {number: walk[frame] for number, walk in enumerate(walks.values(), 1) if frame < len(walk)}
        for frame in range(frames)
    ]


COUNT = {"event": "count", "region": "till"}
LINE = {"event": "linecrossing", "region": "gate"}
CROSSING = {"event": "zonecrossing", "region": "till"}
DWELL = {"event": "zonedwelltime", "region": "till"}
DISTANCE = {"event": "persondistance", "region": "till", "minimum_ft": 6.0}

# One walks through the zone and over the line in it; one stands in the zone, then goes over the line.
PASSING = path((40, 250), (320, 250), (600, 250))
STANDING = path((300, 200), (300, 200), (330, 230))
BOTH = together(a=PASSING, b=STANDING)
# Two in the zone: less than a foot apart, and more than nine feet.
CLOSE = {1: (300, 250), 2: (320, 250)}
APART = {1: (200, 250), 2: (440, 250)}
OFF = Calibration()
ALL = (COUNT, LINE, CROSSING, {**DWELL, "target_side": 1}, DISTANCE)
MASKS = {
    1: FaceMask(masked=True, confidence=0.97, box=(30, 160, 50, 185), face_confidence=0.9),
    2: FaceMask(masked=False, confidence=0.6, box=(290, 110, 310, 130), face_confidence=0.8),
}


def counts(run):
    """What was told of counts: frame and count."""
    return [(place, event["properties"]["personCount"]) for place, event, _ in run.told("personCountEvent")]


def distances(run):
    """What was told of distances: frame, verdict, violations and people."""
    return [
        (place, said["eventName"], said["distanceViolationPersonCount"], said["personCount"])
        for place, event, _ in run.told("personDistanceEvent")
        for said in [event["properties"]]
    ]
