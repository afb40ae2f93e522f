"""`sightline run`: watch a video, or everything a configuration names."""

from __future__ import annotations

import contextlib
import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import msgspec
import typer

from sightline.cli.arguments import scene_from_arguments
from sightline.cli.console import STOPPED, fail, say, warn
from sightline.cli.heat import HeatDrawing
from sightline.cli.progress import RunProgress
from sightline.cli.running import pipeline_from_config
from sightline.cli.summary import print_summary, summary
from sightline.config import CameraConfig, Config, DetectorConfig, load_config, load_scene
from sightline.errors import ConfigError, Fault, SightlineError
from sightline.render import VideoRenderer
from sightline.scene import Scene
from sightline.sinks import StdoutSink, sink_from_argument
from sightline.video import DEFAULT_FPS

if TYPE_CHECKING:
    from sightline.pipeline import Pipeline
    from sightline.sinks import Sink

Target = Annotated[
    str, typer.Argument(metavar="CONFIG.toml | VIDEO", help="What to watch.", show_default=False)
]
Model = Annotated[
    str | None,
    typer.Option(
        help="An ONNX file, a name from `sightline model list`, or `motion`.",
        show_default="the catalogue's default if pulled, else motion",
    ),
]
Lines = Annotated[
    list[str] | None,
    typer.Option(
        "--line",
        metavar="NAME:x,y,x,y",
        help="Count crossings of a line; shares of the picture, 0…1. Repeatable.",
    ),
]
Zones = Annotated[
    list[str] | None,
    typer.Option(
        "--zone",
        metavar="NAME:x,y,…",
        help="Count people in a polygon; shares of the picture, 0…1. Repeatable.",
    ),
]
SceneFile = Annotated[
    Path | None, typer.Option("--scene", help="A TOML file with [[lines]], [[zones]] and [[distances]].")
]
Sinks = Annotated[
    list[str] | None,
    typer.Option(
        "--sink",
        metavar="-|FILE",
        help="Where events go: `-` is standard output, else a JSON-lines file. Repeatable.",
        show_default="-",
    ),
]
Fps = Annotated[float | None, typer.Option(help="Frames analyzed per second.", show_default="10")]
Render = Annotated[
    Path | None,
    typer.Option(
        help="Also write an annotated video (MP4) here. Pictures are kept nowhere unless this is given."
    ),
]
Heat = Annotated[
    Path | None,
    typer.Option(
        help="Also draw where people spent their time over the last picture (PNG), for one camera. Pictures are kept nowhere unless this is given."
    ),
]
Threads = Annotated[
    int | None,
    typer.Option(min=1, help="Threads for the model; never changes an event.", show_default="cores - 1"),
]
Confidence = Annotated[
    float | None, typer.Option(min=0.0, max=1.0, help="Least confidence of a detection.", show_default="0.25")
]
AsJson = Annotated[
    bool, typer.Option("--json", help="No words: the summary as JSON after the events, errors as JSON.")
]


def run(
    target: Target,
    *,
    model: Model = None,
    line: Lines = None,
    zone: Zones = None,
    scene: SceneFile = None,
    sink: Sinks = None,
    fps: Fps = None,
    confidence: Confidence = None,
    threads: Threads = None,
    render: Render = None,
    heat_map: Heat = None,
    as_json: AsJson = False,
) -> None:
    """Watch a video file, or the cameras of a configuration, and write what happens as events.

    Events are CloudEvents in JSON, one a line. The same file and configuration give the same bytes every time.

    Example: sightline run lobby.mp4 --line door:0.10,0.62,0.92,0.62 --sink events.jsonl
    """
    try:
        if target.endswith(".toml"):
            given = {"--model": model, "--line": line, "--zone": zone, "--scene": scene, "--fps": fps}
            config = _config_of_file(target, {**given, "--confidence": confidence, "--threads": threads})
        else:
            watched = _scene(line or [], zone or [], scene)
            camera = _camera(target, watched, DEFAULT_FPS if fps is None else fps)
            share = DetectorConfig().confidence if confidence is None else confidence
            config = Config(
                cameras=[camera], detector=DetectorConfig(model=model, confidence=share, threads=threads)
            )
        sinks: list[Sink] = [sink_from_argument(text) for text in sink or []]
        if not sinks and not config.sinks:
            sinks = [StdoutSink()]
        if not any(camera.lines or camera.zones or camera.distances for camera in config.cameras):
            warn("nothing is watched, so nothing will be reported; draw a --line or a --zone")
        if heat_map and len(config.cameras) > 1:
            raise ConfigError(f"--heat-map: expected one camera, found {len(config.cameras)}")
        pictures = render is not None or heat_map is not None
        pipeline = pipeline_from_config(config, sinks, keep_pictures=pictures)
    except (SightlineError, ValueError) as error:
        fail(error, as_json=as_json)
    try:
        views: list[VideoRenderer | HeatDrawing] = [HeatDrawing(heat_map)] if heat_map else []
    except OSError as error:
        fail(error, as_json=as_json)
    views += [VideoRenderer(render, pipeline)] if render else []
    stopped = _watch(pipeline, views, as_json=as_json)
    if stopped:
        raise SystemExit(STOPPED)


def _config_of_file(path: str, given: dict[str, object]) -> Config:
    """Read a configuration; what it says itself may not be said again on the command line."""
    faults = [
        Fault(option, f"say this in {path} instead") for option, value in given.items() if value is not None
    ]
    if faults:
        raise ConfigError(faults)
    return load_config(path)


def _scene(lines: list[str], zones: list[str], file: Path | None) -> Scene:
    """What was drawn on the command line, with what a scene file adds."""
    drawn = scene_from_arguments(lines, zones)
    if file is None:
        return drawn
    more = load_scene(file)
    return msgspec.structs.replace(more, lines=[*drawn.lines, *more.lines], zones=[*drawn.zones, *more.zones])


def _camera(target: str, scene: Scene, fps: float) -> CameraConfig:
    return CameraConfig(
        source=target,
        id=_camera_id(target),
        fps=fps,
        **msgspec.structs.asdict(scene),
    )


def _camera_id(target: str) -> str:
    """The file's name without its ending, with what a name may not have made a dash."""
    return "".join(char if char.isalnum() or char in "._-" else "-" for char in Path(target).stem) or "camera"


def _watch(pipeline: Pipeline, views: list[VideoRenderer | HeatDrawing], *, as_json: bool) -> bool:
    """Run to the end and sum up; return whether Ctrl-C ended it."""
    stopped = False
    try:
        with RunProgress(pipeline, shown=not as_json) as progress:
            for step in pipeline.steps():
                progress.advance(step)
                for view in views:
                    view.write(step)
                if any(isinstance(sink, StdoutSink) and sink.reader_gone for sink in pipeline.sinks):
                    break
    except KeyboardInterrupt:
        stopped = True
    except (SightlineError, OSError) as error:
        with contextlib.suppress(
            SightlineError
        ):  # what failed once may fail again, and is being told already
            pipeline.close()
        fail(error, as_json=as_json)
    finally:
        for view in views:
            view.finish()
    pipeline.close()
    if as_json:
        typer.echo(json.dumps(summary(pipeline, stopped=stopped)))
    else:
        _say_endings(pipeline)
        print_summary(pipeline, stopped=stopped)
    return stopped


def _say_endings(pipeline: Pipeline) -> None:
    for camera, ending in sorted(pipeline.endings.items()):
        name = pipeline.cameras[camera].source.source_id
        if ending.error:
            warn(f"{name}: ended early: {ending.error}")
        if ending.truncated:
            warn(f"{name}: the file is truncated; what could be read was counted")
        if ending.decode_errors:
            warn(f"{name}: {ending.decode_errors} broken packets or frames were left out")
        for text in ending.warnings:
            say(f"  {name}: {text}")
