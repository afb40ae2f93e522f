"""Words for people on stderr, and how an error ends the program."""

from __future__ import annotations

import json
import logging
import re
import sys
from typing import TYPE_CHECKING, NoReturn

from rich.console import Console

from sightline.cli.saying import LogFormat, LogLevel, Voice, log
from sightline.errors import ConfigError, SightlineError, SinkError

if TYPE_CHECKING:
    from collections.abc import Iterable

INPUT_AT_FAULT = 1
MACHINE_AT_FAULT = 2
STOPPED = 130

words = Console(stderr=True, highlight=False)
_voice = Voice(words, "human")
log.addHandler(_voice)
log.propagate = False
log.setLevel(logging.INFO)
# How the outbox begins what it reports of one of its sinks.
_OF_A_SINK = re.compile(r"sink ([^:]+): ")


def speak(log_format: LogFormat, level: LogLevel) -> None:
    """Choose how things are said, and from which level on. As JSON the warnings of libraries come as well."""
    _voice.log_format = log_format
    log.setLevel(level.upper())
    if log_format == "json" and _voice not in logging.root.handlers:
        logging.root.addHandler(_voice)


def hear(library: str) -> None:
    """Pass on the warnings of a library, for people too."""
    logger = logging.getLogger(library)
    logger.propagate = False
    if _voice not in logger.handlers:
        logger.addHandler(_voice)


def is_for_people() -> bool:
    """Whether people read what is said, so that tables and progress are welcome."""
    return _voice.log_format == "human"


def say(text: str, *, camera: str | None = None, alike: bool = False) -> None:
    """Say what goes on; `alike`: with other numbers it is the same."""
    log.info("%s", text, extra={"camera": camera, "alike": alike})


def warn(text: str, *, camera: str | None = None, alike: bool = False) -> None:
    """Say something that a person should know though the work goes on; `alike`: with other numbers it is the same."""
    log.warning("%s", text, extra={"camera": camera, "alike": alike})


def report(text: str) -> None:
    """Warn of something that may come again and again with other numbers, such as events lost to a full outbox."""
    sink = _OF_A_SINK.match(text)
    log.warning("%s", text, extra={"sink": sink and sink.group(1), "alike": True})


def print_error(error: Exception, *, as_json: bool = False) -> None:
    """Print what is wrong: a line for each fault of a configuration, a sentence for all else."""
    if as_json:
        sys.stderr.write(json.dumps({"error": _faults(error)}) + "\n")
        return
    faults = _faults(error)
    if len(faults) == 1:
        log.error("%s", " ".join(_lines(error)), extra={"faults": faults})
        return
    listed = [f"  {line}" for line in _lines(error)] if is_for_people() else []
    log.error("%s", "\n".join([f"{len(faults)} faults", *listed]), extra={"faults": faults})


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
