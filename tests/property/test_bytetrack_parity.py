"""`ByteTrack(mode="parity")` against a plain transcription of the published tracker: same ids in the same order, same boxes.

A hundred new scenes each time; `pytest --hypothesis-profile=fuzz` (or `deploy/fuzz.sh`) tries thousands. What fails can be
run again as `compare(*random_case(seed))`.
"""

from collections import Counter
from dataclasses import dataclass

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.support.bytetrack_transcription import Transcription
from tests.support.crowds import Crowd

import sightline

FRAME_NS = 100_000_000


@dataclass(frozen=True, kw_only=True)
class Settings:
    """What both trackers are told, each in its words. Without a frame rate, sightline counts time and not frames."""

    track_high_thresh: float = 0.5
    new_track_thresh: float = 0.6
    match_thresh: float = 0.8
    fuse_score: bool = True
    lost_after_s: float = 1.0
    frame_rate: float | None = 30.0

    def sightline(self) -> sightline.ByteTrack:
        return sightline.ByteTrack(
            mode="parity",
            track_high_thresh=self.track_high_thresh,
            new_track_thresh=self.new_track_thresh,
            match_thresh=self.match_thresh,
            fuse_score=self.fuse_score,
            lost_after_s=self.lost_after_s,
            frame_rate=self.frame_rate,
        )

    def transcription(self) -> Transcription:
        return Transcription(
            track_thresh=self.track_high_thresh,
            det_thresh=self.new_track_thresh,
            match_thresh=self.match_thresh,
            fuse_score=self.fuse_score,
            track_buffer=30 * self.lost_after_s,
            frame_rate=1e9 / FRAME_NS if self.frame_rate is None else self.frame_rate,
        )


def compare(settings: Settings, crowd: Crowd, spoil=None) -> Counter:
    """Run both trackers and fail at the first frame where they differ; otherwise count what happened.

    `spoil` adds boxes to a frame that only sightline gets, and must refuse.
    """
    tracker, transcription = settings.sightline(), settings.transcription()
    compared = Counter(scenes=1)
    for number, (xyxy, scores) in enumerate(crowd.detections()):
        expected = transcription.update(xyxy, scores)
        given_xyxy, given_scores = (xyxy, scores) if spoil is None else spoil(xyxy, scores)
        tracks = tracker.update(
            sightline.Detections.of(given_xyxy, confidence=given_scores, pts_ns=number * FRAME_NS)
        )
        where = f"frame {number} of {crowd} with {settings}"
        assert tracks.track_id.tolist() == [track.track_id for track in expected], where
        assert tracks.confidence.tolist() == [track.score for track in expected], where
        boxes = np.array([track.corners for track in expected]).reshape(-1, 4)
        np.testing.assert_allclose(tracks.xyxy, boxes, rtol=0, atol=1e-6, err_msg=where)
        compared.update(frames=1, tracks=len(expected))
    return compared + transcription.happened


def random_case(seed: int) -> tuple[Settings, Crowd]:
    """Any settings, and a crowd of up to 60 that often meets their thresholds and the end of their memory."""
    rng = np.random.default_rng([seed, 1])

    def sometimes(most: float) -> float:
        return rng.choice([0, rng.uniform(0, most)])

    high = rng.choice([0.5, rng.uniform(0.3, 0.7)])
    rate = rng.choice([None, 5.0, 7.5, 12.5, 25.0, 29.97, 30.0])
    settings = Settings(
        track_high_thresh=high,
        new_track_thresh=high + rng.choice([0, 0.1, rng.uniform(0, 0.15)]),
        match_thresh=rng.choice([0.7, 0.8, 0.9, rng.uniform(0.5, 0.95)]),
        fuse_score=bool(rng.integers(2)),
        lost_after_s=rng.choice([0, 0.5, 1.0]),
        frame_rate=rate,
    )
    remembered = settings.transcription().max_time_lost
    crowd = Crowd(
        seed=seed,
        people=int(np.exp(rng.uniform(0, np.log(61)))),
        frames=int(rng.integers(30, 61)),
        size_px=tuple(np.exp(rng.uniform(np.log([160, 120]), np.log([3840, 2160]))).astype(int)),
        height=rng.uniform(0.03, 0.5),
        speed=rng.choice([0.02, 0.1, 0.3]),
        jitter=sometimes(0.1),
        equal_scores=rng.random() < 0.2,
        special_scores=(0.1, high, settings.new_track_thresh) if rng.random() < 0.3 else (),
        unsure=sometimes(0.4),
        leaving=sometimes(0.1),
        absence=int(rng.choice([2, remembered + 1])),
        blackouts=sometimes(0.05),
        doubled=sometimes(0.2),
        false_alarms=sometimes(0.3),
    )
    return settings, crowd


@given(st.integers(0, 2**32 - 1))
def test_any_crowd_has_the_same_tracks(seed):
    compare(*random_case(seed))


@pytest.mark.slow
def test_thousands_of_crowds_have_the_same_tracks():
    compared = Counter()
    for seed in range(2000):
        compared += compare(*random_case(seed))
    assert compared["tracks"] > 500_000
    rarest = {way: compared[way] for way in WAYS if compared[way] < 100}
    assert not rarest, f"scenes that hardly show what they are for: {rarest} of {compared}"


WAYS = [
    "second stage",
    "confirmed",
    "never confirmed",
    "too low to start",
    "found again",
    "found again too late",
    "lost for too long",
    "lost duplicate",
    "seen duplicate",
]
"""What the transcription counts, and all of it has to be seen."""


@pytest.mark.parametrize(
    ("crowd", "ways"),
    [
        (Crowd(seed=1, people=0), []),
        (Crowd(seed=2, people=1), []),
        (Crowd(seed=3, people=1, leaving=0.2, frames=300), ["confirmed", "found again"]),
        (Crowd(seed=4, people=20, equal_scores=True, leaving=0.05), ["confirmed", "found again"]),
        (Crowd(seed=5, people=20, unsure=0.4), ["second stage", "never confirmed", "too low to start"]),
        (Crowd(seed=6, people=20, special_scores=(0.1, 0.5, 0.6)), ["found again"]),
        # 30 frames are remembered, and one more by mistake.
        (
            Crowd(seed=7, people=10, frames=600, speed=0, blackouts=0.05, absence=31),
            ["found again too late", "lost for too long"],
        ),
        (Crowd(seed=8, people=20, doubled=0.3, leaving=0.1), ["lost duplicate"]),
        (Crowd(seed=9, people=60, size_px=(160, 120), height=0.04, false_alarms=0.1), ["confirmed"]),
        (
            Crowd(
                seed=10, people=1000, frames=12, size_px=(3840, 2160), height=0.08, unsure=0.2, leaving=0.05
            ),
            ["second stage", "confirmed", "found again"],
        ),
    ],
    ids=[
        "nobody",
        "one",
        "one who leaves",
        "equal scores",
        "low scores",
        "thresholds as scores",
        "blackouts",
        "doubled",
        "a few pixels each",
        "a thousand",
    ],
)
@pytest.mark.parametrize("fuse_score", [True, False], ids=["fused", "plain"])
def test_a_crowd_of_its_kind_has_the_same_tracks(crowd, ways, fuse_score):
    compared = compare(Settings(fuse_score=fuse_score), crowd)
    assert compared["frames"] == crowd.frames
    assert [way for way in ways if not compared[way]] == []
    assert compared["tracks"] >= crowd.people


BAD_BOXES = {
    "nan": lambda box: [np.nan, *box[1:]],
    "infinite": lambda box: [*box[:3], np.inf],
    "left and right swapped": lambda box: box[[2, 1, 0, 3]],
    "top and bottom swapped": lambda box: box[[0, 3, 2, 1]],
    "no width": lambda box: box[[0, 1, 0, 3]],
    "no height": lambda box: box[[0, 1, 2, 1]],
}


@pytest.mark.parametrize("bad", BAD_BOXES.values(), ids=BAD_BOXES)
def test_boxes_that_are_none_change_nothing(bad):
    def spoil(xyxy, scores):
        """Put a bad box before each good one."""
        bad_boxes = np.array([bad(box) for box in xyxy], np.float32).reshape(-1, 4)
        return np.stack([bad_boxes, xyxy], axis=1).reshape(-1, 4), np.repeat(scores, 2)

    compared = compare(Settings(), Crowd(seed=11, people=20, unsure=0.2, leaving=0.1), spoil)
    assert compared["tracks"] > 200


@pytest.mark.parametrize("score", [np.nan, np.inf, -np.inf, -1.0])
def test_scores_that_are_none_change_nothing(score):
    def spoil(xyxy, scores):
        """Say everything once more with that score."""
        return np.vstack([xyxy, xyxy]), np.concatenate([scores, np.full(len(scores), score, np.float32)])

    compare(Settings(), Crowd(seed=12, people=20, unsure=0.2, leaving=0.1), spoil)
