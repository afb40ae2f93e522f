"""`sightline model`: which detectors there are, what a file is, and fetching one of the catalogue."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import msgspec
import typer
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn

from sightline import detectors
from sightline.cli.console import fail, words
from sightline.errors import SightlineError

app = typer.Typer(no_args_is_help=True, help="List, inspect and fetch detectors.")

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON for programs.")]


@app.command("list")
def list_models(*, as_json: AsJson = False) -> None:
    """List the catalogue: name, size, licence, and whether the file is here."""
    rows = [
        {**msgspec.to_builtins(entry), "here": detectors.is_cached(entry)} for entry in detectors.entries()
    ]
    if as_json:
        typer.echo(json.dumps(rows))
        return
    for row in rows:
        here = "here" if row["here"] else "-"
        typer.echo(
            f"{row['name']:<18}{row['size_bytes'] / 1e6:>6.1f} MB  {row['license']:<14}{here:<6}{row['summary']}"
        )


@app.command("inspect")
def inspect_model(
    file: Annotated[Path, typer.Argument(help="An ONNX file.", show_default=False)],
    *,
    as_json: AsJson = False,
) -> None:
    """Say what a model file was recognised as, and why."""
    try:
        typer.echo(detectors.describe_json(file) if as_json else detectors.describe(file))
    except SightlineError as error:
        fail(error, as_json=as_json)


@app.command("pull")
def pull_model(
    name: Annotated[str, typer.Argument(help="A name from `sightline model list`.", show_default=False)],
    *,
    as_json: AsJson = False,
) -> None:
    """Fetch a model of the catalogue, check its hash, and keep it for later runs."""
    bar = Progress(
        TextColumn("{task.description}"), BarColumn(), DownloadColumn(), console=words, transient=True
    )
    task = bar.add_task(name, total=None)
    try:
        with bar:
            path = detectors.pull(
                name, progress=lambda done, total: bar.update(task, completed=done, total=total)
            )
    except SightlineError as error:
        fail(error, as_json=as_json)
    typer.echo(json.dumps({"name": name, "path": str(path)}) if as_json else str(path))
