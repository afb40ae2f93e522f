"""`sightline migrate`: what a manifest of Azure Spatial Analysis means here, and the same as a configuration."""

from __future__ import annotations

import json
import os
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import msgspec
import typer
from rich.markup import escape
from rich.table import Table

from sightline.cli.choices import Schema
from sightline.cli.console import fail, say, words
from sightline.config import Config
from sightline.config.azure import Deployment, load_azure
from sightline.config.write_toml import toml_of
from sightline.errors import ConfigError, Fault
from sightline.sinks import StdoutConfig
from sightline.urls import is_secret, masked, scheme_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sightline.config.azure import Note

_HEADINGS = {
    "decide": "needs a decision of yours",
    "warning": "is probably not what was meant",
    "changed": "means something else here",
    "ignored": "has no meaning here",
}
_SECRET = "It holds secrets of its cameras' URLs in plain text: only its owner may read it; keep it out of version control."  # noqa: S105 - no secret


def migrate(
    manifest: Annotated[
        Path,
        typer.Argument(
            help="A deployment manifest, a module twin, or an operation, as JSON.", show_default=False
        ),
    ],
    *,
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", metavar="FILE.toml", help="Also write the configuration here."),
    ] = None,
    force: Annotated[bool, typer.Option(help="Write over a file that is there.")] = False,
    schema: Schema = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print what it means as JSON.")] = False,
) -> None:
    """Say what each setting of a manifest does here, what is ignored and why, and what needs a decision.

    Secrets of URLs are not shown; a file that is written holds them, and only its owner may read it.

    Example: sightline migrate deployment.json --output shop.toml
    """
    try:
        deployment = load_azure(manifest, schema_version=schema or "2.0")
        if output is not None:
            _write(_configuration(deployment, output, manifest), output, force=force)
    except (ConfigError, OSError) as error:
        fail(error, as_json=as_json)
    if as_json:
        typer.echo(json.dumps(_plain(deployment, output)))
        return
    _explain(deployment)
    if output is None:
        say(f"{manifest}: nothing was written; add --output FILE.toml for the configuration")
    else:
        say(f"{output}: written; see `sightline check {output}`, then `sightline run {output}`")


def _configuration(deployment: Deployment, output: Path, manifest: Path) -> str:
    """Return the text of the file: messages go to standard output, and paths are relative to the file where they can be."""
    if output.suffix != ".toml":
        raise ConfigError([Fault("--output", f"expected a name that ends in .toml, found {output.name!r}")])
    folder = output.parent.resolve()
    cameras = [
        msgspec.structs.replace(camera, source=_source(camera.source, folder))
        for camera in deployment.config.cameras
    ]
    config: Config = msgspec.structs.replace(
        deployment.config, cameras=cameras, sinks=[StdoutConfig(encoding="azure")]
    )
    header = [f"What {manifest.name} says, in our words; see `sightline migrate {manifest.name}`."]
    if any(is_secret(camera.source) for camera in cameras):
        header.append(_SECRET)
    return toml_of(config, header="\n".join(header))


def _source(source: str, folder: Path) -> str:
    if scheme_of(source) is not None:
        return source
    absolute = Path(source).resolve()
    return str(absolute.relative_to(folder) if absolute.is_relative_to(folder) else absolute)


def _write(text: str, output: Path, *, force: bool) -> None:
    """Write a file that only its owner may read.

    Raises:
        ConfigError: There is one already, or no such folder.
        OSError: When the machine refuses.
    """
    if not output.parent.is_dir():
        raise ConfigError([Fault("--output", f"{output.parent}: no such folder")])
    if output.is_dir():
        raise ConfigError([Fault("--output", f"{output}: is a directory; name a file")])
    if not force:
        try:
            handle = os.open(output, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:
            message = f"{output}: is there already; give another name, or --force to write over it"
            raise ConfigError([Fault("--output", message)]) from None
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
        return
    handle, name = tempfile.mkstemp(prefix=f".{output.name}.", dir=output.parent)  # made with mode 0600
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(text)
    Path(name).replace(output)


def _explain(deployment: Deployment) -> None:
    for camera in deployment.config.cameras:
        table = _table(f"{camera.id}: {masked(camera.source)}", ("setting", "says", "here"))
        for use in deployment.uses:
            if use.camera == camera.id:
                table.add_row(escape(use.setting), escape(use.value), escape(use.meaning))
        words.print(table)
    for severity, heading in _HEADINGS.items():
        notes = [note for note in deployment.notes if note.severity == severity]
        if not notes:
            continue
        table = _table(f"{heading}: {len(notes)}", ("what", "here", "why"))
        for row in _rows(notes):
            table.add_row(*map(escape, row))
        words.print(table)


def _table(title: str, headings: tuple[str, str, str]) -> Table:
    table = Table(title=escape(title), title_justify="left")
    for heading in headings:
        table.add_column(heading, overflow="fold")
    return table


def _rows(notes: Iterable[Note]) -> list[tuple[str, str, str]]:
    """Return one row for each thing to say; settings of many cameras of which the same is said share it."""
    paths: dict[tuple[str, str, str], list[str]] = {}
    for note in notes:
        short = note.path.partition('["properties.desired"].')[2] or note.path
        paths.setdefault((note.meaning, note.why, short.rpartition(".")[2]), []).append(short)
    return [
        (found[0] if len(found) == 1 else f"{found[0]} and {len(found) - 1} more", meaning, why)
        for (meaning, why, _), found in paths.items()
    ]


def _plain(deployment: Deployment, output: Path | None) -> dict[str, Any]:
    return {
        "cameras": [
            {
                "id": camera.id,
                "source": masked(camera.source),
                "settings": [
                    {"setting": use.setting, "value": use.value, "meaning": use.meaning}
                    for use in deployment.uses
                    if use.camera == camera.id
                ],
            }
            for camera in deployment.config.cameras
        ],
        "notes": [
            {"path": note.path, "severity": note.severity, "meaning": note.meaning, "why": note.why}
            for note in deployment.notes
        ],
        "output": None if output is None else str(output),
    }
