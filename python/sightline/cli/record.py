"""`sightline record-detections`: what the detector finds, kept without pictures."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import msgspec
import typer

from sightline.cli.choices import Confidence, Fps, Model, Once, StartedAt, Threads
from sightline.cli.console import STOPPED, fail, say, speak
from sightline.cli.delivering import Sinks
from sightline.cli.endings import say_endings
from sightline.cli.following import follow
from sightline.cli.operating import Format, Level
from sightline.cli.options import Options, config_of
from sightline.cli.running import pipeline_from_config
from sightline.cli.summary import endings
from sightline.config import CameraConfig, Config, OutboxConfig
from sightline.errors import SightlineError
from sightline.recording import DetectionRecorder

if TYPE_CHECKING:
    from sightline.pipeline import Pipeline

# What of a camera comes after the detector; all else decides what the detector gets to see, and when.
_AFTER = (
    "stationary",
    "scene",
    "lines",
    "zones",
    "distances",
    "max_gap_s",
    "summary_s",
    "ground",
    "face_masks",
    "calibration",
    "azure",
)


def record_detections(
    target: Annotated[
        str,
        typer.Argument(
            metavar="VIDEO | ADDRESS | CONFIG.toml | MANIFEST.json", help="What to watch.", show_default=False
        ),
    ],
    *,
    output: Annotated[
        Path,
        typer.Option(
            "--output", "-o", metavar="FILE", help="Where to; the file must not be there.", show_default=False
        ),
    ],
    model: Model = None,
    fps: Fps = None,
    confidence: Confidence = None,
    threads: Threads = None,
    once: Once = False,
    started_at: StartedAt = None,
    log_format: Format = "human",
    log_level: Level = "info",
    as_json: Annotated[
        bool, typer.Option("--json", help="No words: what was recorded as JSON, errors as JSON.")
    ] = False,
) -> None:
    """Write what the detector finds in every analyzed frame: boxes and times, no pictures.

    `sightline run --detections FILE` then gives the events that `sightline run` gives on the video, byte for byte, on any
    machine, with the same lines and zones or with others. Ctrl-C ends the recording of a camera.

    Example: sightline record-detections lobby.mp4 -o lobby.detections

    Example: sightline run --detections lobby.detections --line door:0.10,0.62,0.92,0.62
    """
    speak(log_format, log_level)
    options = Options(
        model=model,
        line=None,
        zone=None,
        scene=None,
        fps=fps,
        confidence=confidence,
        threads=threads,
        once=once,
        started_at=started_at,
        azure_schema=None,
        face_model=None,
        mask_model=None,
    )
    try:
        config = _only_seen(config_of(target, options))
        recorder = DetectionRecorder(output)
        pipeline = pipeline_from_config(config, Sinks([], []), keep_pictures=False, recorder=recorder)
    except (SightlineError, OSError, ValueError) as error:
        fail(error, as_json=as_json)
    stopped = follow(pipeline, as_json=as_json)
    _tell(pipeline, recorder, stopped=stopped, as_json=as_json)
    if stopped:
        raise SystemExit(STOPPED)


def _only_seen(config: Config) -> Config:
    """Leave out what comes after the detector: rules, sinks, faces."""
    bare = CameraConfig(source="-")
    nothing = {name: getattr(bare, name) for name in _AFTER}
    cameras = [msgspec.structs.replace(camera, **nothing) for camera in config.cameras]
    return msgspec.structs.replace(config, cameras=cameras, sinks=[], outbox=OutboxConfig(), faces=None)


def _tell(pipeline: Pipeline, recorder: DetectionRecorder, *, stopped: bool, as_json: bool) -> None:
    if as_json:
        counted = {
            "frames": recorder.frames,
            "detections": recorder.detections,
            "bytes": recorder.bytes_written,
        }
        cameras = endings(pipeline)
        typer.echo(
            json.dumps(
                {
                    "type": "recording",
                    "path": str(recorder.path),
                    "stopped": stopped,
                    **counted,
                    "cameras": cameras,
                }
            )
        )
        return
    say_endings(pipeline)
    each = recorder.bytes_written / max(recorder.frames, 1)
    say(
        f"{recorder.path}: {recorder.frames} frames with {recorder.detections} detections, {recorder.bytes_written} bytes, {each:.0f} a frame"
    )
