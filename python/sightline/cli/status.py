"""`sightline status`: how a run that listens is doing."""

from __future__ import annotations

import http.client
import json
from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

import typer

from sightline import __version__
from sightline.cli.console import MACHINE_AT_FAULT, fail, words
from sightline.cli.status_view import Document, view
from sightline.cli.watching import Watching
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
    watch: Annotated[
        bool,
        typer.Option("--watch", help="Stay, and show it anew; also while the run is away. Ctrl-C leaves."),
    ] = False,
    every_s: Annotated[float, typer.Option("--every", min=0.2, help="Seconds, with --watch.")] = 1.0,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print what /status answers; a line each time with --watch.")
    ] = False,
) -> None:
    """Say how a run is doing: its cameras, its sinks, and whether it is ready; exit code 2 if it is not.

    Example: sightline status --watch
    """
    try:
        if watch:
            Watching(lambda: _ask(url, token_file, shown=not as_json), every_s=every_s, as_json=as_json).run()
            return
        found = _ask(url, token_file, shown=not as_json)
    except (SightlineError, OSError) as error:
        fail(error, as_json=as_json)
    if as_json:
        typer.echo(json.dumps(found))
    else:
        words.print(view(found))
    if not (found["live"] and found["ready"]):
        raise SystemExit(MACHINE_AT_FAULT)


def _ask(url: str, token_file: Path | None, *, shown: bool) -> Document:
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
    return _checked(url, body, shown=shown)


def _checked(url: str, body: bytes, *, shown: bool) -> Document:
    """Return the document if it is one, with everything that is shown of it."""
    try:
        found: Document = json.loads(body)
        if shown:
            view(found)
        else:
            bool(found["ready"] and found["live"])
    except (ValueError, TypeError, KeyError, AttributeError):
        raise ConfigError(
            f"{url}: answered something else than a status; is it a run of Sightline {__version__}?"
        ) from None
    return found
