"""Places and distances on the ground of PETS2009 S2.L1, by calibration, by points and by people alone."""

import itertools
import xml.etree.ElementTree as ET
from pathlib import Path

import numpy as np

import sightline
from benches.environment import fixture
from benches.report import Result

SIZE = (768, 576)
STATURES = (1.70, 1.75)


def run(_rounds: int) -> Result:
    rows = np.array(
        [
            [float(v) for v in line.split(",")[:9]]
            for line in Path(_truth("S2L1_gt_mot_with_world_m.derived.txt")).read_text().splitlines()
        ]
    )
    tsai = _tsai()
    feet = np.column_stack([rows[:, 2] + rows[:, 4] / 2, rows[:, 3] + rows[:, 5]])
    planes = {"Tsai calibration": tsai, "homography of 4 measured points": _by_points(rows, feet)}
    notes = [
        "The truth's world places were derived from the same Tsai calibration and the same boxes, so its row shows agreement of the arithmetic only. Boxes are the truth's, 768×576.",
        "Axes of an automatic calibration are its own: places are compared after the best rigid motion, distances directly, both between people of one frame.",
    ]
    for stature in STATURES:
        name = f"automatic, stature {stature:.2f} m"
        try:
            planes[name] = _by_people(rows, stature, None)
        except ValueError as error:
            notes.append(f"{name}: {error}")
        known = _by_people(rows, stature, tsai.focal_px)
        planes[f"{name}, focal length given"] = known
    table = []
    for name, plane in planes.items():
        places = plane.locate(feet)
        position, distance, share = _errors(rows, places)
        pose = (
            "-"
            if plane.height_m is None
            else f"{plane.height_m:.2f} m, {plane.tilt_deg:.1f}°, {plane.focal_px:.0f} px"
        )
        errors = "-" if plane.errors is None else f"{plane.errors.distance:.1%}"
        table.append([name, pose, f"{position:.2f} m", f"{distance:.2f} m", f"{share:.1%}", errors])
    return Result(
        "ground",
        "Ground of PETS2009 S2.L1 (truth boxes): median errors of places and of distances between people",
        [
            "",
            "camera: height, tilt, focal length",
            "place",
            "distance",
            "distance, share",
            "standard error stated",
        ],
        table,
        notes,
    )


def _truth(name: str) -> str:
    return fixture("truth", "pets2009-s2l1", name)


def _tsai() -> sightline.GroundPlane:
    root = ET.parse(_truth("View_001.xml")).getroot()  # noqa: S314 - a fixture of ours
    of = {key: float(value) for part in root for key, value in part.attrib.items()}
    return sightline.GroundPlane.from_tsai(
        focal=of["focal"],
        kappa1=of["kappa1"],
        center_px=(of["cx"], of["cy"]),
        sx=of["sx"],
        pixel=(of["dpx"], of["dpy"]),
        translation=(of["tx"], of["ty"], of["tz"]),
        rotation=(of["rx"], of["ry"], of["rz"]),
    )


def _by_points(rows: np.ndarray, feet: np.ndarray) -> sightline.GroundPlane:
    """Take the truth's four outermost people for measured points."""
    ways = ((1, 1), (1, -1), (-1, 1), (-1, -1))
    chosen = [int(np.argmax(x * feet[:, 0] + y * feet[:, 1])) for x, y in ways]
    return sightline.GroundPlane.from_points(feet[chosen], rows[chosen, 7:9])


def _by_people(rows: np.ndarray, stature_m: float, focal_px: float | None) -> sightline.GroundPlane:
    calibration = sightline.AutoCalibration(SIZE, stature_m=stature_m, focal_px=focal_px)
    boxes = np.column_stack([rows[:, 2:4], rows[:, 2:4] + rows[:, 4:6]])
    count = len(rows)
    calibration.add(
        sightline.Tracks(
            rows[:, 1].astype(np.uint64),
            boxes,
            confidence=np.ones(count, np.float32),
            class_id=np.zeros(count, np.int32),
            pts_ns=0,
        )
    )
    return calibration.solve()


def _errors(rows: np.ndarray, places: np.ndarray) -> tuple[float, float, float]:
    """Return median errors of places (m), after the best rigid motion, and of distances (m, and as a share)."""
    truth, seen = rows[:, 7:9], ~np.isnan(places[:, 0])
    a, b = places[seen], truth[seen]
    u, _, v = np.linalg.svd((a - a.mean(0)).T @ (b - b.mean(0)))
    turned = (a - a.mean(0)) @ (u @ v) + b.mean(0)
    pairs = [
        pair
        for frame in np.unique(rows[:, 0])
        for pair in itertools.combinations(np.flatnonzero((rows[:, 0] == frame) & seen), 2)
    ]
    first, second = np.array(pairs).T
    measured = np.hypot(*(places[first] - places[second]).T)
    true = np.hypot(*(truth[first] - truth[second]).T)
    off = np.abs(measured - true)
    position = np.median(np.hypot(*(turned - b).T))
    return float(position), float(np.median(off)), float(np.median(off / true))
