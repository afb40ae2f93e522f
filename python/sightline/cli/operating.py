"""Options of the commands that run for long: where to listen, where traces go, and how to speak."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import msgspec
import typer

from sightline import __version__
from sightline.cli.console import hear, say
from sightline.cli.saying import LogFormat, LogLevel
from sightline.config import OperateConfig
from sightline.operate import DEFAULT_LISTEN, Operations
from sightline.sinks import Secret

Listen = Annotated[
    str | None,
    typer.Option(
        metavar="ADDRESS:PORT",
        help=f"Serve /metrics, /livez, /readyz, /startupz and /status here, such as {DEFAULT_LISTEN}.",
        show_default="nowhere",
    ),
]
TokenFile = Annotated[
    Path | None,
    typer.Option(help="File with the token that clients must send; needed off loopback.", show_default=False),
]
Traces = Annotated[
    str | None,
    typer.Option(
        metavar="URL|env",
        help="Send traces of some steps to this OpenTelemetry collector (OTLP/HTTP), such as http://127.0.0.1:4318; `env`: as OTEL_EXPORTER_OTLP_… says. Needs the extra otel.",
        show_default="nowhere",
    ),
]
Format = Annotated[LogFormat, typer.Option("--log-format", help="How stderr is written.")]
Level = Annotated[LogLevel, typer.Option("--log-level", help="The least that is said.")]


def operations_of(
    config: OperateConfig, listen: str | None, token_file: Path | None, traces: str | None
) -> Operations:
    """Listen, and send traces, where the command line says, else where the configuration does, if any.

    Raises:
        ConfigError: When that is not possible.
    """
    if listen is not None:
        config = msgspec.structs.replace(config, listen=listen)
    if token_file is not None:
        config = msgspec.structs.replace(config, token=Secret(file=str(token_file)))
    if traces is not None:
        config = msgspec.structs.replace(config, traces=traces)
    if config.traces is not None:
        hear("opentelemetry")
    operations = Operations(config, version=__version__)
    if operations.address is not None:
        say(f"metrics, health and status: http://{operations.address}/")
    return operations
