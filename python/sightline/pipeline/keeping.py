"""A pipeline's steps on their way into a recording."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sightline import _core
from sightline.detectors import Columns
from sightline.recording import CameraEntry, EndEntry, RecordedFrame, RecordedStep, RunEntry
from sightline.recording.entries import StartEntry
from sightline.urls import masked

if TYPE_CHECKING:
    from sightline.pipeline.pipeline import Pipeline
    from sightline.pipeline.replaying import RecordedBatch
    from sightline.recording import DetectionRecorder
    from sightline.recording.entries import Kind
    from sightline.video import Source

_LONGEST_TEXT = 1000


class Keeping:
    """Tells a recorder what a pipeline's engine hands out. Closing it closes the recorder.

    Args:
        recorder: Takes it down.
        pipeline: What is recorded; its engine keeps detections.

    Raises:
        RecordingError: When there is such a file.
        OSError: When the recording cannot be written.
    """

    def __init__(self, recorder: DetectionRecorder, pipeline: Pipeline) -> None:
        self._recorder = recorder
        self._pipeline = pipeline
        self._begun: set[int] = set()
        detector = pipeline.detector
        names = {int(number): name[:_LONGEST_TEXT] for number, name in detector.class_names.items()}
        recorder.begin(
            RunEntry(sightline=_core.VERSION, model=detector.name[:_LONGEST_TEXT], class_names=names)
        )
        for number, camera in pipeline.cameras.items():
            recorder.add(_entry(number, camera.source))

    def keep(self, batch: _core.Batch | RecordedBatch, step: _core.Step) -> None:
        """Take down a batch and what was found in it."""
        frames: list[RecordedFrame] = []
        columns = (
            batch.streams,
            batch.indices,
            batch.epochs,
            batch.pts_ns,
            batch.sizes_px,
            batch.captured_at_ns,
        )
        for image, (stream, index, epoch, pts_ns, size_px, taken_ns) in enumerate(zip(*columns, strict=True)):
            found = step.detections(image)
            if found is None:
                raise ValueError(
                    "detections: expected those of the frame, found none; the engine must keep them"
                )
            frames.append(RecordedFrame(stream, index, epoch, pts_ns, size_px, Columns(*found), taken_ns))
        started = [self._started(stream) for stream in dict.fromkeys(batch.streams)]
        ended = [self._ended(end) for end in batch.ended]
        self._recorder.record(RecordedStep(frames, ended, [each for each in started if each]))

    def close(self) -> None:
        """Nothing more comes."""
        self._recorder.close()

    def _started(self, stream: int) -> StartEntry | None:
        """When a camera's times began, with its first frame: the times of day and ids of its events depend on it."""
        if stream in self._begun:
            return None
        self._begun.add(stream)
        if not self._pipeline.cameras[stream].source.is_live:
            return None
        started_at_ns = self._pipeline.connection(stream).started_at_ns
        return None if started_at_ns is None else StartEntry(camera=stream, started_at_ns=started_at_ns)

    def _ended(self, ended: dict[str, Any]) -> EndEntry:
        camera: int = ended["stream"]
        source = self._pipeline.cameras[camera].source
        names = ("frames_gated", "decode_errors", "truncated", "reconnects", "frames_dropped")
        error = ended["error"]
        return EndEntry(
            camera=camera,
            **{name: ended[name] for name in names},
            warnings=[_placeless(text, source) for text in ended["warnings"]],
            error=None if error is None else _placeless(error, source),
        )


def _placeless(text: str, source: Source) -> str:
    """Return a message without the path or address of its source."""
    for place in (source.uri, masked(source.uri)):
        text = text.replace(place, source.source_id)
    return text[:_LONGEST_TEXT]


def _entry(number: int, source: Source) -> CameraEntry:
    kind: Kind = "live" if source.is_live else "looped" if source.loop else "file"
    if source.is_live:
        return CameraEntry(
            number=number, id=source.source_id, kind=kind, started_at=source.started_at, fps=source.fps
        )
    info = source.info
    return CameraEntry(
        number=number,
        id=source.source_id,
        kind=kind,
        started_at=source.started_at,
        fps=source.fps,
        width=info.width,
        height=info.height,
        codec=info.codec,
        frame_rate=info.frame_rate,
        duration_ns=info.duration_ns,
        frames=info.frames,
        rotation=info.rotation,
    )
