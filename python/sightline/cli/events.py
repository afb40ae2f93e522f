"""`sightline events`: what the outbox holds, how far its sinks are, sending again, and taking events out."""

from __future__ import annotations

import json
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer
from rich.table import Table

from sightline import outbox
from sightline.cli.console import fail, say, words
from sightline.errors import SightlineError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sightline.events import Message

app = typer.Typer(no_args_is_help=True, help="Look into an outbox: what it holds, and how far its sinks are.")

File = Annotated[
    Path, typer.Argument(metavar="OUTBOX", help="The outbox's file, such as outbox.db.", show_default=False)
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON for programs.")]

_POLL_S = 0.5
_S = 1_000_000_000


@app.command()
def tail(
    file: File,
    *,
    count: Annotated[int, typer.Option("-n", "--count", min=0, help="How many of the newest events.")] = 10,
    follow: Annotated[bool, typer.Option("-f", "--follow", help="Go on with what comes in.")] = False,
) -> None:
    """Print the newest events, one line of JSON each."""
    try:
        messages = outbox.last(file, count)
        _print(messages)
        after = messages[-1].seq if messages else 0
        while follow:
            time.sleep(_POLL_S)
            fresh = list(outbox.messages_of(file, after=after))
            _print(fresh)
            after = fresh[-1].seq if fresh else after
    except SightlineError as error:
        fail(error)


@app.command()
def stats(file: File, *, as_json: AsJson = False) -> None:
    """Say how much waits for which sink."""
    try:
        found = outbox.content(file)
    except SightlineError as error:
        fail(error, as_json=as_json)
    if as_json:
        sinks = [progress._asdict() for progress in found.sinks]
        typer.echo(json.dumps({**found._asdict(), "sinks": sinks}))
        return
    oldest = "" if found.oldest_ns is None else f", the oldest of {_time(found.oldest_ns)}"
    say(
        f"{file}: {found.messages} events{oldest}; {found.size_bytes / 1e6:.1f} MB; {found.left_out} left out"
    )
    table = Table("sink", "waiting", "oldest", "accepted", "retried", "refused", "dropped")
    for progress in found.sinks:
        name = progress.name if progress.active else f"{progress.name} (not configured)"
        since = "" if progress.oldest_ns is None else _time(progress.oldest_ns)
        numbers = (progress.accepted, progress.retried, progress.dead_lettered, progress.dropped)
        table.add_row(name, str(progress.waiting), since, *map(str, numbers))
    words.print(table)


@app.command()
def replay(
    file: File,
    sink: Annotated[str, typer.Argument(help="Name of the sink, as `stats` shows it.", show_default=False)],
    *,
    after: Annotated[
        int, typer.Option(min=0, help="Send again what comes after this place; 0 is all that is kept.")
    ] = 0,
) -> None:
    """Let a sink get events again with the next run; receivers see them with the same ids."""
    try:
        waiting = outbox.rewind(file, sink, after=after)
    except SightlineError as error:
        fail(error)
    say(f"{file}: {waiting} events wait for {sink}; they are sent by the next run with this outbox")


@app.command()
def export(
    file: File,
    target: Annotated[str, typer.Argument(metavar="FILE|-", help="Where to; `-` is standard output.")] = "-",
    *,
    file_format: Annotated[
        Literal["jsonl", "parquet"] | None,
        typer.Option("--format", help="JSON lines, or Parquet.", show_default="by FILE's ending, else jsonl"),
    ] = None,
) -> None:
    """Write what the outbox holds into a file; of a damaged one, as much as can be read."""
    chosen = file_format or ("parquet" if target.endswith(".parquet") else "jsonl")
    try:
        messages = outbox.messages_of(file)
        if chosen == "parquet":
            outbox.write_parquet(messages, target)
        elif target == "-":
            _print(messages)
        else:
            with Path(target).open("wb") as out:
                out.writelines(message.body + b"\n" for message in messages)
    except (SightlineError, OSError) as error:
        fail(error)


def _print(messages: Iterable[Message]) -> None:
    for message in messages:
        sys.stdout.buffer.write(message.body + b"\n")
    sys.stdout.buffer.flush()


def _time(ns: int) -> str:
    return datetime.fromtimestamp(ns / _S, UTC).isoformat(sep=" ", timespec="seconds")
