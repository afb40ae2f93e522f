"""Recordings of detections as series: the classes, the cameras, then frame by frame."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec
import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from sightline.recording import RecordedFrame, Recording

_NS = 1e9


class RecordedItems:
    """What a recording holds, in its order.

    Args:
        recording: The recording.
    """

    def __init__(self, recording: Recording) -> None:
        self._recording = recording

    def __iter__(self) -> Iterator[Said | Seen]:
        """Go through it.

        Raises:
            RecordingError: When it is damaged.
        """
        recording = self._recording
        names = {str(number): name for number, name in recording.class_names.items()}
        yield Said("the classes", {"class_names": names})
        for source in recording.sources:
            entry = msgspec.structs.asdict(source.recorded)
            yield Said(f"camera {source.source_id}", {**entry, "number": None})
        cameras = {source.recorded.number: source.source_id for source in recording.sources}
        number = 0
        for step in recording.steps():
            for start in step.started:
                name = cameras[start.camera]
                yield Said(f"start of {name}", {"camera": name, "started_at_ns": start.started_at_ns})
            for frame in step.frames:
                number += 1
                yield Seen(number, cameras[frame.camera], frame, recording)
            for end in step.ended:
                name = cameras[end.camera]
                yield Said(f"end of {name}", {**msgspec.structs.asdict(end), "camera": name})


class Said:
    """What is said of a run or a camera; an `Item`."""

    def __init__(self, place: str, said: dict[str, Any]) -> None:
        self.place = place
        self._said = said

    @property
    def raw(self) -> bytes:
        """What is said, as bytes."""
        return msgspec.json.encode((self.place, self._said))

    def sorts(self) -> Iterable[tuple[str, int]]:
        """It is not counted."""
        return []

    def title(self) -> str:
        """What it is about."""
        return self.place

    def values(self) -> dict[str, Any]:
        """What is said."""
        return self._said


class Seen:
    """One analyzed frame with its detections; an `Item`."""

    def __init__(self, number: int, camera: str, frame: RecordedFrame, recording: Recording) -> None:
        self.place = f"frame {number}"
        self._camera = camera
        self._frame = frame
        self._names = recording.class_names

    @property
    def raw(self) -> bytes:
        """All of it, as bytes."""
        frame = self._frame
        head = (self._camera, frame.index, frame.epoch, frame.pts_ns, frame.captured_at_ns, frame.size_px)
        return b"".join([msgspec.json.encode(head), *(column.tobytes() for column in frame.found)])

    def sorts(self) -> Iterable[tuple[str, int]]:
        """Frames of its camera, and detections by class."""
        ids, counts = np.unique(self._frame.found.class_id, return_counts=True)
        found = zip(ids.tolist(), counts.tolist(), strict=True)
        return [
            (f"{self._camera}: frames", 1),
            *((f"{self._camera}: {self._name(each)}", count) for each, count in found),
        ]

    def title(self) -> str:
        """Camera, number, media time, how many detections."""
        frame = self._frame
        return (
            f"{self._camera}  frame {frame.index} of its source  epoch {frame.epoch}  pts {frame.pts_ns / _NS:.3f} s"
            f"  {len(frame.found.confidence)} detections"
        )

    def values(self) -> dict[str, Any]:
        """The frame, with a list of its detections."""
        frame = self._frame
        columns = (column.tolist() for column in frame.found)
        return {
            "camera": self._camera,
            "index": frame.index,
            "epoch": frame.epoch,
            "pts_ns": frame.pts_ns,
            "captured_at_ns": frame.captured_at_ns,
            "size_px": list(frame.size_px),
            "detections": [
                {"class": self._name(class_id), "confidence": confidence, "xyxy": xyxy}
                for xyxy, confidence, class_id in zip(*columns, strict=True)
            ],
        }

    def _name(self, class_id: int) -> str:
        return self._names.get(class_id, f"class_{class_id}")


def notes_of(a: Recording, b: Recording) -> list[str]:
    """Return what differs beside what was seen, and which file breaks off."""
    notes: list[str] = []
    for word in ("sightline", "model"):
        one, other = getattr(a.run, word), getattr(b.run, word)
        if one != other:
            notes.append(f"{word}: {one} in A, {other} in B")
    for side, recording in (("A", a), ("B", b)):
        if recording.truncated_at is not None:
            notes.append(
                f"{side} breaks off at byte {recording.truncated_at}: its run was killed, or goes on"
            )
    return notes
