"""Counts that outlive a restart: a file that is written every few seconds, and read once at the next start."""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import msgspec
from msgspec import Meta, Struct, field

from sightline.errors import ConfigError
from sightline.pipeline import carried_counts
from sightline.scene import Scene

if TYPE_CHECKING:
    from collections.abc import Callable

    from sightline.pipeline import Pipeline

# Far beyond what can be counted, and within what the core's counters and JSON readers hold.
_Count = Annotated[int, Meta(ge=0, le=2**53)]
_MAX_BYTES = 64 << 20


class _LineCounts(Struct, frozen=True, forbid_unknown_fields=True):
    in_count: _Count = field(name="in")
    out: _Count
    lost_at_line: _Count
    flips_suppressed: _Count
    gaps_bridged: _Count


class _QueueCounts(Struct, frozen=True, forbid_unknown_fields=True):
    length: _Count
    longest_wait_ms: _Count
    left: _Count
    wait_mean_ms: _Count
    wait_max_ms: _Count


class _ZoneCounts(Struct, frozen=True, forbid_unknown_fields=True):
    inside: _Count
    entries: _Count
    exits: _Count
    born_inside: _Count
    flips_suppressed: _Count
    gaps_bridged: _Count
    queue: _QueueCounts | None


class _DistanceCounts(Struct, frozen=True, forbid_unknown_fields=True):
    close: _Count
    contacts: _Count
    nearest_px: float | None
    nearest_m: float | None


class _Counts(Struct, frozen=True, forbid_unknown_fields=True):
    lines: list[_LineCounts]
    zones: list[_ZoneCounts]
    distances: list[_DistanceCounts]


class _Counted(Struct, frozen=True, forbid_unknown_fields=True):
    id: str
    scene: Scene
    counts: _Counts

    @property
    def is_whole(self) -> bool:
        rules = (self.scene.lines, self.scene.zones, self.scene.distances)
        counts = (self.counts.lines, self.counts.zones, self.counts.distances)
        return [len(of) for of in rules] == [len(of) for of in counts]


class _Document(
    Struct, frozen=True, forbid_unknown_fields=True, tag_field="format", tag="sightline-counts-1"
):
    written_at: datetime
    cameras: list[_Counted]


class CountsFile:
    """Keeps what a pipeline counts, camera by camera and rule by rule, in a file.

    Args:
        path: Of the file; its folder must be there.
        max_age_s: Counts that are older at a start are not gone on with.
        clock: The wall clock.
    """

    def __init__(
        self, path: str | os.PathLike[str], *, max_age_s: float, clock: Callable[[], datetime]
    ) -> None:
        self.path = Path(path)
        self._max_age = timedelta(seconds=max_age_s)
        self._clock = clock

    def restore(self, pipeline: Pipeline) -> str:
        """Let the pipeline's cameras count on, where a rule is the same as when it was counted; call it before the first step.

        Returns:
            What was done, in words.

        Raises:
            ConfigError: When the file cannot be read, or is not such a file; nothing was restored then.
        """
        document = self._read()
        if document is None:
            return f"{self.path}: no counts yet, starting from nothing"
        age = self._clock() - document.written_at
        if age > self._max_age:
            return f"{self.path}: counts of {document.written_at:%Y-%m-%d %H:%M:%S %Z} are too old, starting from nothing"
        counted = {camera.id: camera for camera in document.cameras}
        restored: list[str] = []
        for number, camera in pipeline.cameras.items():
            known = counted.get(camera.source.source_id)
            if known is not None:
                counts = msgspec.to_builtins(known.counts)
                pipeline.count_on(number, carried_counts(counts, known.scene, camera.scene))
                restored.append(known.id)
        names = ", ".join(restored) or "no camera that is watched now"
        return f"{self.path}: counting on from {document.written_at:%Y-%m-%d %H:%M:%S %Z}: {names}"

    def save(self, pipeline: Pipeline) -> None:
        """Write what is counted now; at any moment the file is whole, old or new.

        Raises:
            OSError: When it cannot be written; the old one is still there then.
        """
        cameras = [
            _Counted(camera.source.source_id, camera.scene, msgspec.convert(counts, _Counts))
            for camera, counts in pipeline.counted()
        ]
        written = msgspec.json.encode(_Document(self._clock(), cameras))
        beside = self.path.with_name(f".{self.path.name}.new")
        with beside.open("wb") as file:
            file.write(written)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(self.path)

    def _read(self) -> _Document | None:
        try:
            if self.path.stat().st_size > _MAX_BYTES:
                raise ConfigError(
                    f"{self.path}: expected a file of counts, found more than {_MAX_BYTES} bytes"
                )
            document = msgspec.json.decode(self.path.read_bytes(), type=_Document)
        except FileNotFoundError:
            return None
        except OSError as error:
            raise ConfigError(f"{self.path}: cannot be read: {error.strerror}") from error
        except (msgspec.DecodeError, RecursionError) as error:
            raise ConfigError(
                f"{self.path}: expected a file of counts, found something else ({error}); remove it to start from nothing"
            ) from error
        if document.written_at.tzinfo is None or not all(camera.is_whole for camera in document.cameras):
            raise ConfigError(
                f"{self.path}: a file of counts that does not fit together; remove it to start from nothing"
            )
        return document


def wall_clock() -> datetime:
    """The present moment, for how old counts are."""
    return datetime.now(UTC)  # noqa: TID251 - how long ago counts were written is the wall clock's to say
