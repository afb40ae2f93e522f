"""A recording's file: what is written is read again, and what is damaged is told."""

import resource
import struct
import zlib

import msgspec
import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from sightline.cli.record import _only_seen
from sightline.config import CameraConfig, Config, StationaryConfig
from sightline.detectors import Columns
from sightline.errors import RecordingError
from sightline.pipeline import Camera, Pipeline
from sightline.recording import (
    CameraEntry,
    DetectionRecorder,
    EndEntry,
    RecordedFrame,
    RecordedStep,
    RunEntry,
    open_recording,
)
from sightline.recording.blocks import MAX_BYTES, first_line, packed
from sightline.recording.entries import StartEntry, Steps
from sightline.scene import Distance, Ground, Line, Scene, Zone

RUN = RunEntry(sightline="1", model="made up", class_names={0: "person", 2: "car"})
CAMERAS = [
    CameraEntry(number=0, id="door", kind="file", width=640, height=480, fps=10.0),
    CameraEntry(number=1, id="yard", kind="live", started_at="2026-05-01T08:00:00Z"),
]

floats = st.floats(width=32, allow_nan=True)


@st.composite
def frames(draw):
    rows = draw(st.integers(0, 4))
    numbers = st.lists(floats, min_size=5 * rows, max_size=5 * rows)
    values = np.array(draw(numbers), np.float32)
    classes = draw(st.lists(st.integers(-(2**31), 2**31 - 1), min_size=rows, max_size=rows))
    return RecordedFrame(
        camera=draw(st.integers(0, 1)),
        index=draw(st.integers(0, 2**62)),
        epoch=draw(st.integers(0, 2**32 - 1)),
        pts_ns=draw(st.integers(-(2**59), 2**59)),
        size_px=draw(st.tuples(st.integers(1, 65535), st.integers(1, 65535))),
        found=Columns(values[: 4 * rows].reshape(-1, 4), values[4 * rows :], np.array(classes, np.int32)),
    )


steps = st.builds(
    RecordedStep,
    st.lists(frames(), max_size=3),
    st.lists(
        st.builds(EndEntry, camera=st.integers(0, 1), error=st.none() | st.text(max_size=20)), max_size=2
    ),
    st.lists(
        st.builds(StartEntry, camera=st.integers(0, 1), started_at_ns=st.integers(1, 2**61)), max_size=1
    ),
)


def written(path, given_steps, *, every=1):
    """A recording of these steps, flushed after so many."""
    path.unlink(missing_ok=True)
    with DetectionRecorder(path) as recorder:
        recorder.begin(RUN)
        for camera in CAMERAS:
            recorder.add(camera)
        for number, step in enumerate(given_steps, 1):
            recorder.record(step)
            if number % every == 0:
                recorder.flush()
    return recorder


def plain(step):
    """A step as values that compare bit by bit."""
    seen = [
        (
            (frame.camera, frame.index, frame.epoch, frame.pts_ns, frame.size_px),
            [(column.dtype, column.shape, column.tobytes()) for column in frame.found],
        )
        for frame in step.frames
    ]
    return seen, list(step.ended), list(step.started)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("recordings")


@given(st.lists(steps, max_size=6), st.integers(1, 3))
def test_what_is_written_is_read_bit_by_bit(folder, given_steps, every):
    recorder = written(folder / "some", given_steps, every=every)
    recording = open_recording(recorder.path)
    assert [plain(step) for step in recording.steps()] == [plain(step) for step in given_steps]
    assert recording.run == RUN
    assert [source.recorded for source in recording.sources] == CAMERAS
    assert [source.is_live for source in recording.sources] == [False, True]
    assert recording.frames == recorder.frames == sum(len(step.frames) for step in given_steps)
    assert recording.truncated_at is None
    assert recorder.bytes_written == recorder.path.stat().st_size


NOTHING = Columns(np.empty((0, 4), np.float32), np.empty(0, np.float32), np.empty(0, np.int32))
BACK = RecordedStep([RecordedFrame(0, 0, 0, 1, (1, 1), NOTHING), RecordedFrame(0, 1, 0, 0, (1, 1), NOTHING)])


@given(st.lists(steps, max_size=6))
@example([BACK])  # times that run back, which no source has
def test_whatever_a_file_says_can_be_replayed(folder, given_steps):
    recording = open_recording(written(folder / "played", given_steps).path)
    half = [(0, 0.5), (1, 0.5), (1, 1), (0, 1)]
    scene = Scene(
        lines=[Line("middle", (0, 0.5), (1, 0.5))],
        zones=[Zone("low", half, dwell_s=1, loiter_s=1, queue_after_s=1)],
        distances=[Distance(name="apart", threshold=0.5)],
        ground=Ground(auto=True),
        summary_s=3600 * 24 * 365,
    )
    cameras = [Camera(source, scene, stationary=StationaryConfig()) for source in recording.sources]
    with Pipeline(cameras=cameras, detector=recording) as pipeline:
        for _ in pipeline:
            pass
    assert sum(map(pipeline.frames_analyzed, range(2))) == recording.frames


def some_steps(count=20):
    rng = np.random.default_rng(3)
    return [
        RecordedStep(
            [
                RecordedFrame(
                    camera=number % 2,
                    index=number,
                    epoch=0,
                    pts_ns=number * 100_000_000,
                    size_px=(640, 480),
                    found=Columns(
                        rng.random((3, 4), np.float32), rng.random(3, np.float32), np.zeros(3, np.int32)
                    ),
                )
            ]
        )
        for number in range(count)
    ]


@pytest.fixture(scope="module")
def whole(folder):
    written(folder / "whole", some_steps(), every=4)
    return (folder / "whole").read_bytes()


@given(st.data())
def test_cut_anywhere_it_is_read_up_to_its_last_whole_block(folder, whole, data):
    end = data.draw(st.integers(0, len(whole) - 1))
    file = folder / "cut"
    file.write_bytes(whole[:end])
    try:
        recording = open_recording(file)
    except RecordingError:
        assert end < 400
        return
    found = [plain(step) for step in recording.steps()]
    assert found == [plain(step) for step in some_steps()[: len(found)]]
    assert len(found) % 4 == 0
    assert recording.truncated_at is not None
    assert recording.truncated_at <= end


@given(st.data())
def test_damaged_anywhere_it_is_told_and_never_another_error(folder, whole, data):
    kept = bytearray(whole)
    for _ in range(data.draw(st.integers(1, 4))):
        kept[data.draw(st.integers(0, len(kept) - 1))] = data.draw(st.integers(0, 255))
    kept = bytes(kept)
    file = folder / "damaged"
    file.write_bytes(kept)
    found = []
    try:
        recording = open_recording(file)
        for step in recording.steps():
            found.append(plain(step))  # noqa: PERF401 - what came before the error counts
    except RecordingError:
        assert kept != whole
    else:
        # Only what nobody reads again may be changed without anybody noticing.
        assert kept == whole or recording.truncated_at is not None or recording.frames == 20
    assert found == [plain(step) for step in some_steps()[: len(found)]]


@given(st.binary(max_size=200))
def test_any_bytes_in_a_sound_block_are_told(folder, content):
    for kind in (b"RUN.", b"CAM.", b"STEP", b"END."):
        file = folder / "strange"
        start = b"" if kind == b"RUN." else packed(b"RUN.", msgspec.msgpack.encode(RUN))
        file.write_bytes(first_line() + start + packed(kind, content))
        try:
            recording = open_recording(file)
            list(recording.steps())
        except RecordingError:
            continue
        assert content in (b"\x80", b"\xde\0\0") or kind in (b"END.", b"CAM.")


def test_sizes_that_are_declared_and_not_there_take_no_memory(folder):
    file = folder / "huge"
    run = first_line() + packed(b"RUN.", msgspec.msgpack.encode(RUN))
    declared = msgspec.msgpack.encode(Steps(*[b""] * 12, [], []))[:-2] + b"\xdd\xff\xff\xff\xff"
    bomb = zlib.compress(bytes(MAX_BYTES))
    sizes = struct.pack("<4sII", b"STEP", len(bomb), 100)
    checksum = struct.pack("<I", zlib.crc32(bomb, zlib.crc32(sizes)))
    many = b"".join(packed(b"CAM.", msgspec.msgpack.encode(CAMERAS[0])) for _ in range(2))
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    for content, why in [
        (run + packed(b"STEP", declared), "damaged at byte"),
        (run + sizes + checksum + bomb, "expected 100 bytes in it"),
        (run + many, "camera 0 is named twice"),
        (run + struct.pack("<4sIII", b"STEP", 2**32 - 1, 2**32 - 1, 0), "no header of a block"),
    ]:
        file.write_bytes(content)
        with pytest.raises(RecordingError, match=why):
            list(open_recording(file).steps())
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 200 << 10


def test_a_frame_of_a_camera_that_is_not_named_is_told(tmp_path):
    with DetectionRecorder(tmp_path / "x") as recorder:
        recorder.begin(RUN)
        recorder.record(some_steps(1)[0])
    with pytest.raises(RecordingError, match="frames of a camera 0 that is not named"):
        list(open_recording(tmp_path / "x").steps())


def test_it_is_written_about_once_a_second(tmp_path):
    now = [0.0]
    recorder = DetectionRecorder(tmp_path / "x", clock=lambda: now[0])
    recorder.begin(RUN)
    for camera in CAMERAS:
        recorder.add(camera)
    for step in some_steps(20):
        recorder.record(step)
        now[0] += 0.1
    # The run is killed here: what came in the last second is lost, all before is there.
    assert 10 <= len(list(open_recording(tmp_path / "x").steps())) < 20
    recorder.close()
    recorder.close()
    assert len(list(open_recording(tmp_path / "x").steps())) == 20


def test_it_is_small(tmp_path):
    recorder = written(tmp_path / "x", some_steps(600), every=10**6)
    # 3 detections of random numbers, which do not pack, take 72 bytes.
    assert recorder.bytes_written / recorder.frames < 80


def test_what_a_run_cannot_write_is_told(tmp_path):
    recorder = DetectionRecorder(tmp_path / "nowhere" / "x")
    with pytest.raises(FileNotFoundError):
        recorder.begin(RUN)
    full = DetectionRecorder(tmp_path / "x")
    full.begin(RUN)
    full._file.close()
    full._file = open("/dev/full", "wb", buffering=0)  # noqa: SIM115, PTH123 - the recorder closes it
    with pytest.raises(OSError, match="the recording cannot be written: No space left on device"):
        full.add(CAMERAS[0])
    with pytest.raises(OSError, match="No space left"):
        full.close()


def test_a_camera_is_recorded_as_it_is_read_without_what_is_watched_in_it():
    line = Line("door", (0, 0.5), (1, 0.5))
    read = {
        "source": "rtsp://127.0.0.1/door",
        "id": "door",
        "clock": "camera",
        "transport": "udp",
        "fps": 5.0,
    }
    config = Config(cameras=[CameraConfig(**read, lines=[line], face_masks=True)])
    assert _only_seen(config).cameras == [CameraConfig(**read)]
