"""The command's front door: which commands there are."""

from __future__ import annotations

import signal
import sys
from typing import Annotated

import typer

from sightline import __version__
from sightline.cli import events, model
from sightline.cli.check import check
from sightline.cli.conformance import conformance
from sightline.cli.console import STOPPED
from sightline.cli.demo import demo
from sightline.cli.diff import diff
from sightline.cli.edge import edge
from sightline.cli.migrate import migrate
from sightline.cli.record import record_detections
from sightline.cli.run import run
from sightline.cli.status import status

app = typer.Typer(
    name="sightline",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    help="People analytics on video: who crosses a line, enters a zone and stays how long, as events.",
)
app.command()(run)
app.command()(record_detections)
app.command()(diff)
app.command()(check)
app.command()(migrate)
app.add_typer(model.app, name="model")
app.add_typer(events.app, name="events")
app.command()(demo)
app.command()(conformance)
app.command()(edge)
app.command()(status)


def _print_version(wanted: bool) -> None:  # noqa: FBT001 - typer calls it by position
    if wanted:
        typer.echo(f"sightline {__version__}")
        raise typer.Exit


@app.callback()
def _front(  # pyright: ignore[reportUnusedFunction] - typer calls it
    *,
    version: Annotated[
        bool,
        typer.Option(
            "--version",
            callback=_print_version,
            is_eager=True,
            help="Print the version.",
        ),
    ] = False,
) -> None:
    pass


def main() -> None:
    """Run the command line; SIGTERM stops it as cleanly as Ctrl-C does."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        app()
    except KeyboardInterrupt:
        sys.exit(STOPPED)
    except BrokenPipeError:
        sys.exit(0)
