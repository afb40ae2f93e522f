"""`sightline status`: how a run that listens is doing."""

from __future__ import annotations

import http.client
import json
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import urlsplit

import typer
from rich.table import Table

from sightline.cli.console import MACHINE_AT_FAULT, fail, say, warn, words
from sightline.errors import ConfigError, SightlineError
from sightline.operate import DEFAULT_LISTEN
from sightline.sinks import Secret

_TIMEOUT_S = 5.0


def status(
    url: Annotated[
        str, typer.Argument(metavar="URL", help="Where the run listens.")
    ] = f"http://{DEFAULT_LISTEN}",
    *,
    token_file: Annotated[
        Path | None, typer.Option(help="File with its token, if it wants one.", show_default=False)
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print what /status answers.")] = False,
) -> None:
    """Say how a run is doing: its cameras, its sinks, and whether it is ready; exit code 2 if it is not."""
    try:
        found = _ask(url, token_file)
    except (SightlineError, OSError) as error:
        fail(error, as_json=as_json)
    if as_json:
        typer.echo(json.dumps(found))
    else:
        _print(found)
    if not (found["live"] and found["ready"]):
        raise SystemExit(MACHINE_AT_FAULT)


def _ask(url: str, token_file: Path | None) -> dict[str, Any]:
    """Return the document. Not by `urllib.request`, which would ask a proxy for this very machine."""
    parts = urlsplit(url if "://" in url else f"http://{url}")
    kinds = {"http": http.client.HTTPConnection, "https": http.client.HTTPSConnection}
    try:
        kind, host, port = kinds[parts.scheme], parts.hostname or "", parts.port
    except (KeyError, ValueError):
        raise ConfigError(f"expected a URL such as http://{DEFAULT_LISTEN}, found {url!r}") from None
    headers = {} if token_file is None else {"Authorization": f"Bearer {Secret(file=str(token_file)).read()}"}
    connection = kind(host, port, timeout=_TIMEOUT_S)
    try:
        connection.request("GET", f"{parts.path.rstrip('/')}/status", headers=headers)
        response = connection.getresponse()
        body = response.read()
    except (OSError, http.client.HTTPException) as error:
        raise OSError(f"{url}: no answer: {error}; does a run listen there (--listen)?") from error
    finally:
        connection.close()
    if response.status != http.client.OK:
        words_of = body.decode("utf-8", "replace").strip()
        raise ConfigError(f"{url}: answered {response.status}: {words_of}")
    try:
        return dict(json.loads(body))
    except ValueError:
        raise ConfigError(f"{url}: answered something else than JSON; is it a run of Sightline?") from None


def _print(found: dict[str, Any]) -> None:
    memory = "" if found["resident_bytes"] is None else f", {found['resident_bytes'] / 1e6:.0f} MB"
    state = "ready" if found["ready"] and found["live"] else "not ready"
    say(f"{state}; Sightline {found['version']}, up for {found['uptime_s']:.0f} s{memory}")
    for reason in found["reasons"]:
        warn(reason)
    table = Table("camera", "state", "frames", "newest", "people", "events", "calibration")
    for camera in found["cameras"]:
        age_s = camera["last_frame_age_s"]
        table.add_row(
            camera["id"],
            f"{camera['state']}: {camera['error']}" if camera["error"] else camera["state"],
            str(camera["frames_analyzed"]),
            "" if age_s is None else f"{age_s:.1f} s ago",
            str(camera["visible_tracks"]),
            str(sum(camera["events"].values())),
            camera["calibration"],
        )
    words.print(table)
    sinks = [sink for outbox in found["outboxes"] for sink in outbox["sinks"]]
    if sinks:
        words.print(_sinks(sinks))


def _sinks(sinks: list[dict[str, Any]]) -> Table:
    table = Table("sink", "waiting", "oldest", "accepted", "retried", "refused", "dropped", "last attempt")
    for sink in sinks:
        age_s = sink["oldest_age_s"]
        table.add_row(
            sink["name"],
            str(sink["waiting"]),
            "" if age_s is None else f"{age_s:.0f} s",
            *(str(sink[name]) for name in ("accepted", "retried", "refused", "dropped")),
            sink["error"] or "well",
        )
    return table
