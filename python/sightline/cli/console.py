"""Words for people on stderr, and how an error ends the program."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, NoReturn

from rich.console import Console
from rich.markup import escape

from sightline.errors import ConfigError, SightlineError, SinkError

if TYPE_CHECKING:
    from collections.abc import Iterable

INPUT_AT_FAULT = 1
MACHINE_AT_FAULT = 2
STOPPED = 130

words = Console(stderr=True, highlight=False)


def say(text: str) -> None:
    """Print a line for people."""
    words.print(escape(text), soft_wrap=True)


def warn(text: str) -> None:
    """Print something that a person should know though the work goes on."""
    words.print(f"[yellow]warning:[/] {escape(text)}", soft_wrap=True)


def print_error(error: Exception, *, as_json: bool = False) -> None:
    """Print what is wrong: a line for each fault of a configuration, a sentence for all else."""
    if as_json:
        sys.stderr.write(json.dumps({"error": _faults(error)}) + "\n")
        return
    if isinstance(error, ConfigError) and len(error.faults) > 1:
        words.print(f"[red]error:[/] {len(error.faults)} faults", soft_wrap=True)
        for line in _lines(error):
            words.print(f"  {escape(line)}", soft_wrap=True)
        return
    words.print(f"[red]error:[/] {escape(' '.join(_lines(error)))}", soft_wrap=True)


def fail(error: Exception, *, as_json: bool = False) -> NoReturn:
    """Print the error and end with the exit code that says whose fault it is."""
    print_error(error, as_json=as_json)
    # A sink that could be opened and then fails is the machine's fault: a full disk, a broken one.
    machine = isinstance(error, SinkError) and error.events
    of_input = isinstance(error, SightlineError | ValueError) and not machine
    raise SystemExit(INPUT_AT_FAULT if of_input else MACHINE_AT_FAULT)


def _lines(error: Exception) -> Iterable[str]:
    if isinstance(error, ConfigError):
        return [str(fault) for fault in error.faults]
    return [str(error)]


def _faults(error: Exception) -> list[dict[str, str]]:
    if isinstance(error, ConfigError):
        return [{"path": fault.path, "message": fault.message} for fault in error.faults]
    return [{"path": "", "message": str(error)}]
