"""`sightline run`: watch a video, or everything a configuration names."""

from __future__ import annotations

import contextlib
import json
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from sightline.cli.choices import (
    Confidence,
    FaceModel,
    Fps,
    MaskModel,
    Model,
    Once,
    Schema,
    StartedAt,
    Threads,
)
from sightline.cli.console import STOPPED, fail, speak, warn
from sightline.cli.counting import KeptCounts
from sightline.cli.delivering import Sinks
from sightline.cli.endings import say_endings
from sightline.cli.following import follow
from sightline.cli.heat import HeatDrawing
from sightline.cli.operating import Format, Level, Listen, TokenFile, Traces, operations_of
from sightline.cli.options import Options, config_of, default_encoding
from sightline.cli.reloading import Reloading
from sightline.cli.replaying import refuse_of_video, replayed_config, replaying_pipeline
from sightline.cli.running import pipeline_from_config
from sightline.cli.summary import print_summary, summary
from sightline.config.azure import is_azure
from sightline.errors import ConfigError, SightlineError
from sightline.events import Encoding
from sightline.recording import DetectionRecorder, open_recording
from sightline.render import VideoRenderer
from sightline.sinks import StdoutSink, sink_from_argument
from sightline.urls import is_live

if TYPE_CHECKING:
    from sightline.config import Config
    from sightline.operate import Operations
    from sightline.pipeline import Pipeline, Step
    from sightline.sinks import Sink

Target = Annotated[
    str | None,
    typer.Argument(
        metavar="CONFIG.toml | MANIFEST.json | VIDEO | ADDRESS", help="What to watch.", show_default=False
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
SinkNames = Annotated[
    list[str] | None,
    typer.Option(
        "--sink",
        metavar="-|FILE",
        help="Where events go: `-` is standard output, else a JSON-lines file. Repeatable.",
        show_default="-",
    ),
]
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
Wire = Annotated[
    Encoding | None,
    typer.Option(
        "--encoding",
        help="How --sink writes events: CloudEvents, or the messages of Azure AI Vision Spatial Analysis.",
        show_default="azure for a manifest, else cloudevents",
    ),
]
Detections = Annotated[
    Path | None,
    typer.Option(
        "--detections",
        metavar="FILE",
        help="Replay detections that were recorded: no video is opened, no model is loaded; a configuration's cameras are found by their id.",
    ),
]
Record = Annotated[
    Path | None,
    typer.Option(
        "--record-detections",
        metavar="FILE",
        help="Also write what the detector finds (boxes and times, no pictures) here, for --detections.",
    ),
]
WatchConfig = Annotated[
    bool,
    typer.Option(
        "--watch-config",
        help="Put the configuration in force again when its files change; SIGHUP does it too, where there is no terminal.",
    ),
]
AsJson = Annotated[
    bool, typer.Option("--json", help="No words: the summary as JSON after the events, errors as JSON.")
]


def run(
    target: Target = None,
    *,
    model: Model = None,
    line: Lines = None,
    zone: Zones = None,
    scene: SceneFile = None,
    sink: SinkNames = None,
    fps: Fps = None,
    confidence: Confidence = None,
    threads: Threads = None,
    once: Once = False,
    started_at: StartedAt = None,
    encoding: Wire = None,
    azure_schema: Schema = None,
    face_model: FaceModel = None,
    mask_model: MaskModel = None,
    render: Render = None,
    heat_map: Heat = None,
    detections: Detections = None,
    record_detections: Record = None,
    listen: Listen = None,
    token_file: TokenFile = None,
    watch_config: WatchConfig = False,
    traces: Traces = None,
    log_format: Format = "human",
    log_level: Level = "info",
    as_json: AsJson = False,
) -> None:
    """Watch a video file or a camera's address, the cameras of a configuration, or those of an Azure deployment manifest, and write what happens.

    Events are CloudEvents in JSON, one a line; of a manifest they are the messages that the retired container of Azure AI
    Vision Spatial Analysis wrote. The same file and configuration give the same bytes every time.

    Example: sightline run lobby.mp4 --line door:0.10,0.62,0.92,0.62 --sink events.jsonl

    Example: sightline run deployment.json --model yolox-nano --once

    Example: sightline run --detections lobby.detections --line door:0.10,0.62,0.92,0.62
    """
    speak(log_format, log_level)
    if target is None and detections is None:
        raise typer.BadParameter("expected what to watch, or --detections FILE", param_hint="TARGET")
    options = Options(
        model=model,
        line=line,
        zone=zone,
        scene=scene,
        fps=fps,
        confidence=confidence,
        threads=threads,
        once=once,
        started_at=started_at,
        azure_schema=azure_schema,
        face_model=face_model,
        mask_model=mask_model,
        replayed=detections is not None,
    )
    pictures = render is not None or heat_map is not None
    try:
        recording = None if detections is None else open_recording(detections)
        if recording is None:
            config = config_of(target or "", options)
        else:
            refuse_of_video(options, render=render, heat_map=heat_map, record_detections=record_detections)
            config = replayed_config(target, options, recording)
        operations = operations_of(config.operate, listen, token_file, traces)
        sinks = _sinks(sink or [], config, encoding or default_encoding(target or ""))
        _check(config, render, heat_map)
        fixed = pictures or detections is not None or record_detections is not None
        reloads = _reloads(target, fixed=fixed, asked=watch_config)
        recorder = None if record_detections is None else DetectionRecorder(record_detections)
        pipeline = (
            pipeline_from_config(config, sinks, keep_pictures=pictures, recorder=recorder)
            if recording is None
            else replaying_pipeline(config, recording, sinks)
        )
        views: list[VideoRenderer | HeatDrawing] = [HeatDrawing(heat_map)] if heat_map else []
    except (SightlineError, OSError, ValueError) as error:
        fail(error, as_json=as_json)
    views += [VideoRenderer(render, pipeline)] if render else []
    with operations, KeptCounts(pipeline, config.operate), contextlib.ExitStack() as stack:
        operations.attach(pipeline)
        if target is not None and reloads:
            reload = partial(config_of, target, options)
            stack.enter_context(
                Reloading(
                    pipeline, config, reload, target=target, watch=watch_config, told=operations.configured
                )
            )
        stopped = _watch(pipeline, views, operations, as_json=as_json)
    if stopped:
        raise SystemExit(STOPPED)


def _check(config: Config, render: Path | None, heat_map: Path | None) -> None:
    """Warn of what does nothing, and refuse what cannot be drawn.

    Raises:
        ConfigError: When there are several cameras for a heat map, or a camera without an end for a video.
    """
    if not any(camera.lines or camera.zones or camera.distances for camera in config.cameras):
        warn("nothing is watched, so nothing will be reported; draw a --line or a --zone")
    if heat_map and len(config.cameras) > 1:
        raise ConfigError(f"--heat-map: expected one camera, found {len(config.cameras)}")
    if render and any(is_live(camera.source) for camera in config.cameras):
        raise ConfigError("--render: expected video files, found the address of a camera, which has no end")


def _reloads(target: str | None, *, fixed: bool, asked: bool) -> bool:
    """Return whether the target can be read anew while it runs; not where what is drawn or recorded is `fixed` to the start.

    Raises:
        ConfigError: When that was asked for, and it cannot.
    """
    written = target is not None and (target.endswith(".toml") or is_azure(target))
    if asked and not written:
        raise ConfigError("--watch-config: expected a configuration or a manifest to look after, found none")
    if asked and fixed:
        raise ConfigError(
            "--watch-config: expected no --render, --heat-map, --detections or --record-detections, which are of one configuration"
        )
    return written and not fixed


def _sinks(arguments: list[str], config: Config, encoding: Encoding) -> Sinks:
    """Open the sinks of the command line; standard output where nobody names one."""
    opened: list[Sink] = [sink_from_argument(text) for text in arguments]
    if not opened and not config.sinks:
        opened = [StdoutSink()]
    return Sinks([], opened) if encoding == "azure" else Sinks(opened, [])


def _watch(
    pipeline: Pipeline,
    views: list[VideoRenderer | HeatDrawing],
    operations: Operations,
    *,
    as_json: bool,
) -> bool:
    """Run to the end and sum up; return whether Ctrl-C ended it."""

    def goes_on(step: Step) -> bool:
        for view in views:
            view.write(step)
        return not any(isinstance(sink, StdoutSink) and sink.reader_gone for sink in pipeline.all_sinks)

    def ending() -> None:
        operations.stopping()
        for view in views:
            view.finish()

    stopped = follow(pipeline, goes_on=goes_on, ending=ending, as_json=as_json)
    if as_json:
        typer.echo(json.dumps(summary(pipeline, stopped=stopped)))
    else:
        say_endings(pipeline)
        print_summary(pipeline, stopped=stopped)
    return stopped
