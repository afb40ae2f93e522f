"""The published ByteTrack written down plainly: full matrices, all pairs, lists that only grow.

After the original implementation of Zhang et al., ECCV 2022 (arXiv 2110.06864), quirks included. It shares no code and no
shortcut with the core, so that agreement means something. Boxes are float64, scores float32 and compared as such.
"""

from collections import Counter
from dataclasses import dataclass, field
from enum import Enum

import numpy as np
from scipy.optimize import linear_sum_assignment

LOW_FLOOR = 0.1
SECOND_STAGE_LIMIT = 0.5
UNCONFIRMED_LIMIT = 0.7
DUPLICATE_LIMIT = 0.15

POSITION_WEIGHT, VELOCITY_WEIGHT = 1 / 20, 1 / 160
STEP = np.eye(8) + np.eye(8, k=4)
SEEN = np.eye(4, 8)


class State(Enum):
    TRACKED = "tracked"
    LOST = "lost"
    REMOVED = "removed"


@dataclass(eq=False)
class Detection:
    """x, y, width and height in pixels, and a score."""

    tlwh: tuple[float, float, float, float]
    score: np.float32

    @property
    def corners(self) -> tuple[float, float, float, float]:
        x, y, w, h = self.tlwh
        return x, y, w + x, h + y

    @property
    def measurement(self) -> np.ndarray:
        """Center, aspect and height."""
        x, y, w, h = self.tlwh
        return np.array([x + w / 2, y + h / 2, w / h, h])


@dataclass(eq=False)
class Track:
    track_id: int
    mean: np.ndarray
    covariance: np.ndarray
    score: np.float32
    start_frame: int
    frame_id: int
    confirmed: bool
    state: State = State.TRACKED

    @property
    def corners(self) -> tuple[float, float, float, float]:
        cx, cy, aspect, h = self.mean[:4].tolist()
        w = aspect * h
        x, y = cx - w / 2, cy - h / 2
        return x, y, w + x, h + y


def variances(height, position, aspect, velocity, aspect_velocity) -> np.ndarray:
    """A diagonal matrix: deviations of x, y, h and of their speeds grow with the height, those of the aspect don't."""
    p, v = position * POSITION_WEIGHT * height, velocity * VELOCITY_WEIGHT * height
    return np.eye(8) * np.array([p, p, aspect, p, v, v, aspect_velocity, v]) ** 2


def predict(track: Track) -> None:
    noise = variances(track.mean[3], 1, 1e-2, 1, 1e-5)
    track.mean = STEP @ track.mean
    track.covariance = STEP @ track.covariance @ STEP.T + noise


def correct(track: Track, measurement: np.ndarray) -> None:
    noise = variances(track.mean[3], 1, 1e-1, 0, 0)[:4, :4]
    innovation = SEEN @ track.covariance @ SEEN.T + noise
    gain = track.covariance @ SEEN.T @ np.linalg.inv(innovation)
    track.mean = track.mean + gain @ (measurement - SEEN @ track.mean)
    track.covariance = track.covariance - gain @ innovation @ gain.T


def iou_cost(ones: list, others: list) -> np.ndarray:
    """1 − IoU of all pairs, in whole pixels: a box reaches from its first pixel to its last one."""
    x1, y1, x2, y2 = corner_rows(ones)[:, :, None]
    other_x1, other_y1, other_x2, other_y2 = corner_rows(others)[:, None, :]
    width = np.minimum(x2, other_x2) - np.maximum(x1, other_x1) + 1
    height = np.minimum(y2, other_y2) - np.maximum(y1, other_y1) + 1
    both = np.where((width > 0) & (height > 0), width * height, 0)
    area = (x2 - x1 + 1) * (y2 - y1 + 1)
    other_area = (other_x2 - other_x1 + 1) * (other_y2 - other_y1 + 1)
    return 1 - both / (area + other_area - both)


def corner_rows(boxes: list) -> np.ndarray:
    return np.array([box.corners for box in boxes]).reshape(-1, 4).T


def cheapest_pairs(cost: np.ndarray, limit: float) -> list[tuple[int, int]]:
    """The matching with the least sum of cost − limit; whoever would add to it stays alone.

    That is what `lap.lapjv(cost, extend_cost=True, cost_limit=limit)` of the original gives. Which of two equally cheap
    matchings it gives depends on its inner workings; scenes to compare must not have such ties.
    """
    rows, columns = linear_sum_assignment(np.minimum(cost - limit, 0))
    return [(row, column) for row, column in zip(rows, columns, strict=True) if cost[row, column] < limit]


@dataclass
class Pairing:
    """Who was matched to what, and who is left, in order."""

    pairs: list[tuple[Track, Detection]]
    tracks: list[Track]
    detections: list[Detection]


def pairing(tracks: list[Track], detections: list[Detection], cost: np.ndarray, limit: float) -> Pairing:
    found = cheapest_pairs(cost, limit)
    rows, columns = {row for row, _ in found}, {column for _, column in found}
    return Pairing(
        pairs=[(tracks[row], detections[column]) for row, column in found],
        tracks=[track for row, track in enumerate(tracks) if row not in rows],
        detections=[each for column, each in enumerate(detections) if column not in columns],
    )


def joined(ones: list[Track], others: list[Track]) -> list[Track]:
    """The first list, and what the second one has beyond it."""
    return ones + without(others, ones)


def without(ones: list[Track], others: list[Track]) -> list[Track]:
    gone = {track.track_id for track in others}
    return [track for track in ones if track.track_id not in gone]


@dataclass
class Transcription:
    """One stream's tracker.

    `track_buffer` counts frames at 30 a second. The original has a `det_thresh` of `track_thresh` + 0.1, and counts
    identities over all trackers of a process; here the one is told and the others start at 1.
    """

    track_thresh: float
    det_thresh: float
    match_thresh: float
    fuse_score: bool
    track_buffer: float = 30
    frame_rate: float = 30.0

    tracked: list[Track] = field(default_factory=list)
    lost: list[Track] = field(default_factory=list)
    removed: list[Track] = field(default_factory=list)
    frame: int = 0
    spent_ids: int = 0
    happened: Counter = field(default_factory=Counter)
    """How often the algorithm took each of its ways, so that a test can tell what it has seen."""

    def update(self, xyxy: np.ndarray, scores: np.ndarray) -> list[Track]:
        """Take one frame's boxes, (N, 4) and (N,), and give the tracks that are seen, in order."""
        self.frame += 1
        high, low = self.split(xyxy.astype(np.float64), scores)
        unconfirmed = [track for track in self.tracked if not track.confirmed]
        pool = joined([track for track in self.tracked if track.confirmed], self.lost)
        for track in pool:
            if track.state is not State.TRACKED:
                track.mean[7] = 0
            predict(track)

        first = pairing(pool, high, self.cost(pool, high), self.match_thresh)
        found_again = [track for track, _ in first.pairs if track.state is not State.TRACKED]
        rest = [track for track in first.tracks if track.state is State.TRACKED]
        second = pairing(rest, low, iou_cost(rest, low), SECOND_STAGE_LIMIT)
        left = first.detections
        third = pairing(unconfirmed, left, self.cost(unconfirmed, left), UNCONFIRMED_LIMIT)
        for track, detection in first.pairs + second.pairs + third.pairs:
            self.see(track, detection)
        for track in second.tracks:
            track.state = State.LOST
        started = self.started(third.detections)

        too_long = [track for track in self.lost if self.frame - track.frame_id > self.max_time_lost]
        for track in third.tracks + too_long:
            track.state = State.REMOVED
        self.happened.update(
            {
                "second stage": len(second.pairs),
                "confirmed": len(third.pairs),
                "never confirmed": len(third.tracks),
                "found again": len(found_again),
                "found again too late": sum(track in self.removed for track in found_again),
                "lost for too long": len(too_long),
            }
        )
        self.sort_out(started, found_again, newly_lost=second.tracks, given_up=third.tracks + too_long)
        self.drop_duplicates()
        return [track for track in self.tracked if track.confirmed]

    @property
    def max_time_lost(self) -> int:
        return int(self.frame_rate / 30.0 * self.track_buffer)

    def split(self, xyxy: np.ndarray, scores: np.ndarray) -> tuple[list[Detection], list[Detection]]:
        """High and low detections; a score that is exactly a threshold is in neither."""
        high, low = [], []
        for (x1, y1, x2, y2), score in zip(xyxy.tolist(), scores, strict=True):
            detection = Detection((x1, y1, x2 - x1, y2 - y1), score)
            if score > np.float32(self.track_thresh):
                high.append(detection)
            elif np.float32(LOW_FLOOR) < score < np.float32(self.track_thresh):
                low.append(detection)
        return high, low

    def cost(self, tracks: list[Track], detections: list[Detection]) -> np.ndarray:
        cost = iou_cost(tracks, detections)
        if self.fuse_score:
            cost = 1 - (1 - cost) * np.array([each.score for each in detections], np.float64)
        return cost

    def see(self, track: Track, detection: Detection) -> None:
        correct(track, detection.measurement)
        track.score = detection.score
        track.frame_id = self.frame
        track.state = State.TRACKED
        track.confirmed = True

    def started(self, detections: list[Detection]) -> list[Track]:
        new = []
        for detection in detections:
            if detection.score < np.float32(self.det_thresh):
                self.happened["too low to start"] += 1
                continue
            self.spent_ids += 1
            z = detection.measurement
            new.append(
                Track(
                    track_id=self.spent_ids,
                    mean=np.concatenate([z, np.zeros(4)]),
                    covariance=variances(z[3], 2, 1e-2, 10, 1e-5),
                    score=detection.score,
                    start_frame=self.frame,
                    frame_id=self.frame,
                    confirmed=self.frame == 1,
                )
            )
        return new

    def sort_out(self, started, found_again, *, newly_lost, given_up) -> None:
        """Bring the lists up to date. The original asks who is removed before it adds who is removed now."""
        still = [track for track in self.tracked if track.state is State.TRACKED]
        self.tracked = joined(joined(still, started), found_again)
        self.lost = without(without(self.lost, self.tracked) + newly_lost, self.removed)
        self.removed += given_up

    def drop_duplicates(self) -> None:
        """Drop the younger of two tracks in one place, one seen and one lost; the seen one where they are as old."""
        worse_tracked, worse_lost = [], []
        cost = iou_cost(self.tracked, self.lost)
        for row, column in np.argwhere(cost < DUPLICATE_LIMIT):
            tracked, lost = self.tracked[row], self.lost[column]
            if tracked.frame_id - tracked.start_frame > lost.frame_id - lost.start_frame:
                worse_lost.append(lost)
            else:
                worse_tracked.append(tracked)
        self.happened.update({"lost duplicate": len(worse_lost), "seen duplicate": len(worse_tracked)})
        self.tracked = without(self.tracked, worse_tracked)
        self.lost = without(self.lost, worse_lost)
