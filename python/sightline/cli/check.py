"""`sightline check`: every fault of a configuration at once."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from sightline.cli.console import fail, say
from sightline.config import load_config, load_scene, read_toml
from sightline.config.azure import is_azure, load_azure
from sightline.errors import ConfigError
from sightline.scene import Scene


def check(
    config: Annotated[
        Path,
        typer.Argument(help="A run's configuration, a scene file, or an Azure manifest.", show_default=False),
    ],
    *,
    as_json: Annotated[bool, typer.Option("--json", help="Print faults as JSON.")] = False,
) -> None:
    """Read a configuration, a scene or a manifest and list every fault with its place; exit code 1 if there is one."""
    try:
        if is_azure(config):
            deployment = load_azure(config)
            names = ", ".join(str(camera.id) for camera in deployment.config.cameras)
            notes = f"{len(deployment.notes)} notes, see `sightline migrate`"
            found = f"a manifest of {len(deployment.config.cameras)} camera(s): {names}; {notes}"
        elif read_toml(config).keys() & set(Scene.__struct_fields__):
            scene = load_scene(config)
            found = f"a scene with {len(scene.lines)} lines, {len(scene.zones)} zones, {len(scene.distances)} distances"
        else:
            loaded = load_config(config)
            found = f"a configuration of {len(loaded.cameras)} camera(s): {', '.join(str(camera.id) for camera in loaded.cameras)}"
    except ConfigError as error:
        fail(error, as_json=as_json)
    if as_json:
        typer.echo(json.dumps({"faults": []}))
    else:
        say(f"{config}: {found}; no faults")
