"""The pipeline through its public face: detectors of one's own, several cameras, stopping early."""

from typing import ClassVar

import numpy as np
import pytest
from tests.support.square import LINE, SIZE, Whiteness

import sightline
from sightline import _core
from sightline.errors import ConfigError, SinkError, SourceError
from sightline.rules import core_scene

FRAMES = 60


def write_ball(path, *, downwards=True):
    """A white square that crosses a gray picture from top to bottom, or from bottom to top."""
    writer = _core.VideoWriter(str(path), *SIZE, 10, 1)
    for frame in range(FRAMES):
        picture = np.full((SIZE[1], SIZE[0], 3), 90, np.uint8)
        y = 10 + frame * 3 if downwards else 190 - frame * 3
        picture[y : y + 40, 140:170] = 255
        writer.write(picture)
    writer.finish()
    return path


@pytest.fixture
def ball(tmp_path):
    return write_ball(tmp_path / "ball.mp4")


def test_a_detector_of_ones_own_gives_typed_events(ball):
    pipeline = sightline.Pipeline(
        source=sightline.open_source(ball), scene=sightline.Scene(lines=[LINE]), detector=Whiteness()
    )
    (crossed,) = list(pipeline)
    assert isinstance(crossed, sightline.LineCrossed)
    assert (crossed.line, crossed.direction, crossed.object_class) == ("middle", "in", "square")
    # The lower edge is at y = 50 + 3 × frame, so at 120 after 23.33 frames of 0.1 s.
    assert crossed.pts_ns / 1e9 == pytest.approx(70 / 3 / 10, abs=0.1)


def test_cameras_take_turns_and_keep_their_own_tracks(ball, tmp_path):
    other = write_ball(tmp_path / "other.mp4", downwards=False)
    cameras = [
        sightline.Camera(sightline.open_source(ball, source_id="a"), sightline.Scene(lines=[LINE])),
        sightline.Camera(sightline.open_source(other, source_id="b"), sightline.Scene(lines=[LINE])),
    ]
    pipeline = sightline.Pipeline(cameras=cameras, detector=Whiteness(), batch=4)
    seen = {(event.camera_id, event.direction, event.track_id) for event in pipeline}
    assert seen == {("a", "in", 1), ("b", "out", 1)}
    assert pipeline.frames_analyzed(0) == pipeline.frames_analyzed(1) == FRAMES


@pytest.mark.parametrize(("asked", "expected"), [({}, {2}), ({"batch": 1}, {1})])
def test_by_default_one_frame_of_each_camera_goes_through_the_detector_together(
    ball, tmp_path, asked, expected
):
    class Noting(Whiteness):
        sizes: ClassVar[set[int]] = set()

        def infer(self, batch):
            self.sizes.add(len(batch.tensor))
            return super().infer(batch)

    other = write_ball(tmp_path / "other.mp4")
    cameras = [sightline.Camera(sightline.open_source(path), sightline.Scene()) for path in (ball, other)]
    list(sightline.Pipeline(cameras=cameras, detector=Noting(), **asked))
    assert Noting.sizes == expected


def test_closing_early_ends_what_is_open(ball):
    whole = sightline.Zone("everywhere", [(0, 0), (1, 0), (1, 1), (0, 1)])
    taken = []

    class Listing:
        def emit(self, events):
            taken.extend(events)

        def flush(self):
            pass

        def close(self):
            pass

    with sightline.Pipeline(
        source=sightline.open_source(ball),
        scene=sightline.Scene(zones=[whole]),
        detector=Whiteness(),
        sinks=[Listing()],
    ) as pipeline:
        steps = pipeline.steps()
        for _ in range(10):
            next(steps)
    exited = [event for event in taken if isinstance(event, sightline.ZoneExited)]
    assert [event.reason for event in exited] == ["ended"]


def test_a_sink_that_fails_gives_the_events_back(ball):
    class Full:
        def emit(self, events):
            raise SinkError("full", events)

        def flush(self):
            pass

        def close(self):
            pass

    pipeline = sightline.Pipeline(
        source=sightline.open_source(ball),
        scene=sightline.Scene(lines=[LINE]),
        detector=Whiteness(),
        sinks=[Full()],
    )
    with pytest.raises(SinkError) as failure:
        list(pipeline)
    assert [event.line for event in failure.value.events] == ["middle"]


def test_a_scene_that_makes_no_sense_is_refused_before_anything_runs(ball):
    bow_tie = sightline.Zone("bow", [(0.1, 0.1), (0.9, 0.9), (0.9, 0.1), (0.1, 0.9)])
    nothing = sightline.Line("dot", (0.5, 0.5), (0.5, 0.5))
    with pytest.raises(ConfigError) as refused:
        sightline.Pipeline(
            source=sightline.open_source(ball),
            scene=sightline.Scene(lines=[nothing], zones=[bow_tie]),
            detector=Whiteness(),
        )
    assert [fault.path.split(".")[0] for fault in refused.value.faults] == ["lines[0]", "zones[0]"]


def test_a_source_that_vanished_is_a_source_error(tmp_path):
    with pytest.raises(SourceError, match="no such file"):
        sightline.open_source(tmp_path / "gone.mp4")


def test_pictures_are_kept_only_when_asked_for(ball):
    def first_pixels(**arguments):
        with sightline.Pipeline(
            source=sightline.open_source(ball), detector=Whiteness(), **arguments
        ) as pipeline:
            return next(pipeline.steps()).images[0].pixels

    assert first_pixels() is None
    assert first_pixels(keep_pictures=True).shape == (SIZE[1], SIZE[0], 3)


def test_the_tensor_is_a_view_that_outlives_nothing(ball):
    """The array keeps its batch alive, so memory is never given back under a reader."""
    engine = _core.Engine(
        Whiteness.tensor_spec,
        [
            {
                **sightline.open_source(ball).core_arguments(),
                "scene": core_scene(sightline.Scene()),
                "tracker": sightline.ByteTrack().settings,
                "keep_pictures": False,
                "motions": False,
            }
        ],
    )
    batch = engine.next_batch()
    tensor = batch.tensor
    assert tensor.base is not None
    assert not tensor.flags.writeable
    assert tensor.__array_interface__["data"][0] == batch.tensor.__array_interface__["data"][0]
    before = tensor.copy()
    del batch
    for _ in range(20):
        engine.next_batch()
    np.testing.assert_array_equal(tensor, before)


def test_each_image_has_its_events_and_motions(ball):
    zone = sightline.Zone("top", [(0.0, 0.0), (1.0, 0.0), (1.0, 0.5), (0.0, 0.5)])
    scene = sightline.Scene(lines=[LINE], zones=[zone])
    pipeline = sightline.Pipeline(
        cameras=[
            sightline.Camera(sightline.open_source(ball, source_id="a"), scene, motions=True),
            sightline.Camera(sightline.open_source(ball, source_id="b"), scene),
        ],
        detector=Whiteness(),
        batch=4,
    )
    grouped, all_events, headings = [], [], []
    for step in pipeline.steps():
        assert len(step.images) <= 4
        of_images = [event for image in step.images for event in image.events]
        assert step.events[: len(of_images)] == of_images
        for image in step.images:
            assert {event.camera_id for event in image.events} <= {"ab"[image.camera]}
            for event in image.events:
                assert getattr(event, "confirmed_pts_ns", image.pts_ns) == image.pts_ns
            assert (image.motions is None) == (image.camera == 1)
            if image.motions is not None:
                assert image.motions.ground_m.shape == (len(image.tracks), 2)
                headings.extend(image.motions.image_heading_deg)
            assert image.calibration == sightline.Calibration("off")
        grouped += of_images
        all_events += step.events
    assert [type(event).__name__ for event in grouped if event.camera_id == "a"] == [
        "ZoneEntered",
        "ZoneCountChanged",
        "LineCrossed",
        "ZoneExited",
        "ZoneCountChanged",
    ]
    # What the end of a source concludes belongs to no image; nobody is in the zone by then.
    assert all_events == grouped
    assert np.isnan(headings[:2]).all()
    assert headings[10] == pytest.approx(180.0)
    entered, exited = (event for event in grouped if event.camera_id == "a" and hasattr(event, "side"))
    assert (entered.reason, entered.side) == ("appeared", None)
    assert (exited.reason, exited.side) == ("exited", 3)


def test_what_the_end_concludes_belongs_to_no_image(ball):
    zone = sightline.Zone("all", [(0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0)])
    ground = sightline.Ground(height_m=4.0, tilt_deg=45.0, view_deg=60.0)
    pipeline = sightline.Pipeline(
        source=sightline.open_source(ball),
        scene=sightline.Scene(zones=[zone], ground=ground),
        detector=Whiteness(),
    )
    *steps, last = pipeline.steps()
    assert [event.reason for event in last.events if hasattr(event, "side")] == ["ended"]
    assert [event for image in last.images for event in image.events] == []
    known = steps[0].images[0].calibration
    assert (known.state, known.progress, known.calibrated_pts_ns) == ("given", 1.0, None)
    assert known.ground.height_m == pytest.approx(4.0)
