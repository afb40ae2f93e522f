"""What becomes of each camera when others are to be watched: what is the same goes on."""

from __future__ import annotations

import threading
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from sightline.errors import ConfigError, Fault

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sightline.detectors import Detector
    from sightline.pipeline.camera import Camera
    from sightline.scene import Scene
    from sightline.tracks import ByteTrack


@dataclass(frozen=True)
class Wanted:
    """What is to be watched from now on.

    Attributes:
        cameras: All of them.
        detector: What finds people, if that is another one than before.
        tracker: How they are followed, if that changes.
    """

    cameras: list[Camera]
    detector: Detector | None = None
    tracker: ByteTrack | None = None


class Planned:
    """What is wanted next, from when somebody says it until the loop gets to it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._wanted: Wanted | None = None

    @property
    def is_there(self) -> bool:
        """Whether something is wanted."""
        return self._wanted is not None

    def plan(self, wanted: Wanted) -> None:
        """Want this instead of what was wanted before."""
        with self._lock:
            before, self._wanted = self._wanted, wanted
            if before is not None:
                kept = wanted.detector or before.detector, wanted.tracker or before.tracker
                self._wanted = Wanted(wanted.cameras, *kept)
        if before is not None and before.detector is not None and wanted.detector is not None:
            before.detector.close()

    def take(self) -> Wanted | None:
        """Return what is wanted, which is then no longer planned."""
        with self._lock:
            wanted, self._wanted = self._wanted, None
        return wanted


@dataclass(frozen=True)
class Change:
    """What becomes of each camera.

    Attributes:
        added: Cameras that are new.
        removed: Numbers of cameras that are no longer watched.
        restarted: Cameras whose source is another, or is read in another way, by number.
        changed: Cameras of which something else is watched, by number.
        unchanged: Numbers of cameras that go on as they are.
    """

    added: list[Camera]
    removed: list[int]
    restarted: dict[int, Camera]
    changed: dict[int, Camera]
    unchanged: list[int]


def change_to(cameras: Sequence[Camera], before: Mapping[int, Camera]) -> Change:
    """Say what has to be done for `cameras` to be watched; cameras are known by their `source_id`.

    Raises:
        ConfigError: When two cameras have the same name.
    """
    names = [camera.source.source_id for camera in cameras]
    faults = [
        Fault(f"cameras[{place}].id", f"expected a name of its own, found {name!r} again")
        for place, name in enumerate(names)
        if name in names[:place]
    ]
    if faults:
        raise ConfigError(faults)
    numbers = {camera.source.source_id: number for number, camera in before.items()}
    change = Change([], [], {}, {}, [])
    for camera in cameras:
        number = numbers.pop(camera.source.source_id, None)
        if number is None:
            change.added.append(camera)
        elif not _same_source(camera, before[number]):
            change.restarted[number] = camera
        elif camera != _started(before[number], camera):
            change.changed[number] = camera
        else:
            change.unchanged.append(number)
    change.removed.extend(numbers.values())
    return change


def carried_counts(counts: Mapping[str, Any], before: Scene, after: Scene) -> dict[str, list[Any]]:
    """Return what each rule of a scene counts on from, as `Rules.count_on` takes it: what the same rule counted before."""
    return {
        "lines": _carried(counts["lines"], before.lines, after.lines),
        "zones": _carried(counts["zones"], before.zones, after.zones),
        "distances": _carried(counts["distances"], before.distances, after.distances),
    }


def _carried(counts: Sequence[Any], before: Sequence[object], after: Sequence[object]) -> list[Any]:
    places = [next((at for at, old in enumerate(before) if old == rule), None) for rule in after]
    return [None if place is None else counts[place] for place in places]


def _same_source(one: Camera, other: Camera) -> bool:
    """Whether both are read in the same way. When a source began is no part of it: it goes on from when it was opened."""
    sources = replace(one.source, started_at=None), replace(other.source, started_at=None)
    return sources[0] == sources[1] and one.face_masks == other.face_masks


def _started(camera: Camera, like: Camera) -> Camera:
    return replace(camera, source=like.source)
