"""`sightline demo`: a made scene, counted, and held against its truth."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from sightline import synthetic
from sightline.cli.console import fail, say, words
from sightline.cli.progress import RunProgress
from sightline.cli.running import MOTION
from sightline.detectors import open_detector
from sightline.errors import SightlineError
from sightline.pipeline import Pipeline
from sightline.render import VideoRenderer, save_png
from sightline.scene import Line, Scene, Zone
from sightline.sinks import JsonLinesSink, StdoutSink
from sightline.synthetic.agreement import compare
from sightline.video import open_source

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from sightline.events import Event
    from sightline.synthetic.agreement import Agreement

ANALYZED_FPS = 10.0
SCENE_FILE, EVENTS_FILE, TRUTH_FILE = "scene.mp4", "events.jsonl", "truth.json"
VIDEO_FILE, PICTURE_FILE = "annotated.mp4", "picture.png"


def demo(
    out: Annotated[Path, typer.Option(help="Folder for the scene, its events and pictures.")] = Path(
        "sightline-demo"
    ),
    *,
    model: Annotated[str, typer.Option(help="A detector; motion needs no model.")] = MOTION,
    as_json: Annotated[
        bool, typer.Option("--json", help="No words: events, then the agreement, as JSON.")
    ] = False,
) -> None:
    """Make a scene whose every event is known, run the whole pipeline on it, and show how they agree.

    Writes the video, its truth, the events, an annotated video and a picture; prints the events.
    """
    try:
        out.mkdir(parents=True, exist_ok=True)
        made = synthetic.default_scene()
        _write_scene(made, out, shown=not as_json)
        events, picture = _count(made, out, model, shown=not as_json)
        agreement = compare(made.truth(), events, tolerance_s=1.0 / ANALYZED_FPS)
        if picture is not None:
            save_png(out / PICTURE_FILE, picture)
    except (SightlineError, ValueError, OSError) as error:
        fail(error, as_json=as_json)
    if as_json:
        typer.echo(json.dumps(_as_plain(agreement)))
    else:
        _print(agreement)
        say(f"picture:  {out / PICTURE_FILE}\nvideo:    {out / VIDEO_FILE}\nevents:   {out / EVENTS_FILE}")


def scene_of(made: synthetic.SyntheticScene) -> Scene:
    """Return the lines and zones of a made scene as a scene to count in."""
    return Scene(
        lines=[Line(line.name, line.start, line.end) for line in made.lines],
        zones=[Zone(zone.name, list(zone.polygon)) for zone in made.zones],
    )


def _write_scene(made: synthetic.SyntheticScene, out: Path, *, shown: bool) -> None:
    bar = Progress(
        TextColumn("making the scene"),
        BarColumn(),
        TimeRemainingColumn(compact=True),
        console=words,
        transient=True,
        disable=not (shown and words.is_terminal),
    )
    with bar:
        task = bar.add_task("scene", total=made.frame_count)
        made.write(out / SCENE_FILE, progress=lambda done, _all: bar.update(task, completed=done))
    made.write_truth(out / TRUTH_FILE)


def _count(
    made: synthetic.SyntheticScene, out: Path, model: str, *, shown: bool
) -> tuple[list[Event], NDArray[np.uint8] | None]:
    """Run the pipeline; return its events, and the annotated picture with the most people in it."""
    (out / EVENTS_FILE).unlink(missing_ok=True)
    source = open_source(out / SCENE_FILE, source_id="lobby", fps=ANALYZED_FPS)
    pipeline = Pipeline(
        source=source,
        scene=scene_of(made),
        detector=open_detector(model, source_size=(source.info.width, source.info.height)),
        sinks=[StdoutSink(), JsonLinesSink(out / EVENTS_FILE)],
        keep_pictures=True,
    )
    events: list[Event] = []
    picture: NDArray[np.uint8] | None = None
    most = 0
    with (
        pipeline,
        VideoRenderer(out / VIDEO_FILE, pipeline) as renderer,
        RunProgress(pipeline, shown=shown) as progress,
    ):
        for step in pipeline.steps():
            progress.advance(step)
            events += step.events
            drawn = renderer.write(step)
            for image, rgb in zip(step.images, drawn, strict=True):
                if len(image.tracks) > most:
                    most, picture = len(image.tracks), rgb
    return events, picture


def _print(agreement: Agreement) -> None:
    table = Table(title="Truth and events", title_justify="left")
    for heading in ("what", "where", "true time", "reported", "error"):
        table.add_column(heading, justify="left" if heading in {"what", "where"} else "right")
    for match in agreement.matches:
        what, place, time_s = match.truth
        if match.reported_s is None:
            table.add_row(what, place, f"{time_s:.3f} s", "[red]missed[/]", "")
        else:
            table.add_row(
                what, place, f"{time_s:.3f} s", f"{match.reported_s:.3f} s", f"{match.error_s:+.3f} s"
            )
    for what, place, time_s in agreement.extra:
        table.add_row(what, place, "[red]never[/]", f"{time_s:.3f} s", "")
    words.print(table)


def _as_plain(agreement: Agreement) -> dict[str, object]:
    return {
        "type": "agreement",
        "complete": agreement.is_complete,
        "worst_error_s": round(agreement.worst_error_s, 6),
        "missed": [match.truth._asdict() for match in agreement.matches if match.reported_s is None],
        "extra": [moment._asdict() for moment in agreement.extra],
    }
