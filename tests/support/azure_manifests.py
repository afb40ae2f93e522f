"""Deployment manifests for the fixtures' videos: every operation of the container, one camera each."""

import json

from tests.support.azure_documents import PEOPLE, VEHICLES

# Where people are, by video, shares of the picture: a zone and a line, directed so that the way in is CrossRight.
PLACES = {
    "one-by-one-person-detection.mp4": (
        [[0.55, 0.45], [0.95, 0.45], [0.95, 0.98], [0.55, 0.98], [0.55, 0.45]],
        ((0.75, 1.0), (0.75, 0.5)),
    ),
    "vtest_480x360.avi": (
        [[0.40, 0.38], [0.60, 0.38], [0.62, 0.60], [0.38, 0.60], [0.40, 0.38]],
        ((0.1, 0.55), (0.95, 0.55)),
    ),
}
# PETS2009 view 1 by its Tsai calibration: 7.07 m high, 16.5° below the horizon, 1195 px at 768 px, in feet, radians from
# straight down, and pixels at 640.
POSE = {"camera_height": 23.2, "camera_focal_length": 995.8, "camera_tiltup_angle": 1.2828}


def zone(place, *events):
    return {
        "name": "floor",
        "polygon": place,
        "events": [{"type": kind, "config": said} for kind, said in events],
    }


def line(ends):
    (x1, y1), (x2, y2) = ends
    said = {"type": "linecrossing", "config": {"trigger": "event", "threshold": 0.01, "focus": "footprint"}}
    return {"name": "way", "line": {"start": {"x": x1, "y": y1}, "end": {"x": x2, "y": y2}}, "events": [said]}


def manifest(video, *, threshold=0.02):
    """Every operation on one video; graphs share nothing."""
    place, ends = PLACES[video.name]
    count = ("count", {"trigger": "event", "threshold": threshold})
    often = (
        "count",
        {"trigger": "interval", "output_frequency": 2, "interval": "10", "threshold": threshold},
    )
    crossing = ("zonecrossing", {"trigger": "event", "threshold": threshold})
    dwell = ("zonedwelltime", {"trigger": "event", "threshold": threshold})
    distance = (
        "persondistance",
        {
            "trigger": "event",
            "minimum_distance_threshold": 6.0,
            "maximum_distance_threshold": 40.0,
            "threshold": threshold,
        },
    )
    graphs = {
        "count": graph(f"{PEOPLE}-personcount", video, "count", {"zones": [zone(place, count)]}),
        "crossing": graph(f"{PEOPLE}-personcrossingline", video, "crossing", {"lines": [line(ends)]}),
        "stays": graph(
            f"{PEOPLE}-personcrossingpolygon", video, "stays", {"zones": [zone(place, crossing, dwell)]}, POSE
        ),
        "distance": graph(
            f"{PEOPLE}-persondistance", video, "distance", {"zones": [zone(place, distance)]}, POSE
        ),
        "all": graph(
            PEOPLE,
            video,
            "all",
            {"zones": [zone(place, often, crossing, dwell, distance)], "lines": [line(ends)]},
        ),
        "cars": vehicles(f"{VEHICLES}-vehiclecount-preview", video, "cars", "Queue"),
        "bays": vehicles(f"{VEHICLES}-vehicleinpolygon.cpu-preview", video, "bays", "SingleSpot"),
    }
    desired = {"globalSettings": {"PlatformTelemetryEnabled": False}, "graphs": graphs}
    return {"modulesContent": {"spatialanalysis": {"properties.desired": desired}}}


def graph(operation, video, name, space, pose=None):
    known = {} if pose is None else placed(name, pose)
    parameters = {
        "VIDEO_URL": str(video),
        "VIDEO_SOURCE_ID": name,
        "VIDEO_IS_LIVE": False,
        "VIDEO_DECODE_GPU_INDEX": 0,
        "DETECTOR_NODE_CONFIG": json.dumps({"gpu_index": 0}),
        "SPACEANALYTICS_CONFIG": json.dumps(space),
        **known,
    }
    return {"operationId": operation, "version": 1, "enabled": True, "parameters": parameters}


def placed(name, pose):
    return {
        "CAMERACALIBRATOR_NODE_CONFIG": json.dumps({"gpu_index": 0, "do_calibration": False}),
        "CAMERA_CONFIG": json.dumps({"cameras": [{"source_id": name, **pose}]}),
    }


def vehicles(operation, video, name, kind):
    regions = {"bay": {"type": kind, "region": [[0.1, 0.1], [0.9, 0.1], [0.9, 0.9], [0.1, 0.9]]}}
    parameters = {
        "VIDEO_URL": str(video),
        "VIDEO_SOURCE_ID": name,
        "VIDEO_IS_LIVE": False,
        "PARKING_REGIONS": json.dumps(regions),
        "EVENT_OUTPUT_MODE": "ON_CHANGE",
    }
    return {"operationId": operation, "version": 1, "enabled": True, "parameters": parameters}
