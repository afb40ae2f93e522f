"""From a configuration's sinks to sinks: what may be away gets its events from the outbox."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from sightline.outbox import Limits, Outbox, Route

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from sightline.config import OutboxConfig
    from sightline.sinks import Sink, SinkConfig

STATE_VARIABLE = "SIGHTLINE_STATE_DIR"


class Sinks(NamedTuple):
    """Sinks by what they take.

    Attributes:
        native: They take events.
        azure: They take messages of Azure AI Vision Spatial Analysis.
    """

    native: list[Sink]
    azure: list[Sink]


def open_sinks(
    configs: Sequence[SinkConfig], outbox: OutboxConfig, *, report: Callable[[str], None]
) -> Sinks:
    """Open every sink, and the outbox if one of them needs it.

    Raises:
        SinkError: When one cannot be opened.
        ConfigError: When what one needs is not there, such as a secret.
    """
    sinks = Sinks([], [])
    routes: list[Route] = []
    for config in configs:
        sink = config.open()
        if config.durable:
            routes.append(Route(config.called, sink, config.encoding))
        else:
            (sinks.azure if config.encoding == "azure" else sinks.native).append(sink)
    if routes:
        limits = Limits(**{name: getattr(outbox, name) for name in Limits.__struct_fields__})
        opened = Outbox(outbox.path or state_folder() / "outbox.db", routes, limits=limits, report=report)
        if any(route.encoding == "cloudevents" for route in routes):
            sinks.native.append(opened)
        if any(route.encoding == "azure" for route in routes):
            sinks.azure.append(opened)
    return sinks


def state_folder() -> Path:
    """The folder for what must outlive a run: `SIGHTLINE_STATE_DIR`, or by the XDG Base Directory Specification."""
    if given := os.environ.get(STATE_VARIABLE):
        return Path(given)
    base = os.environ.get("XDG_STATE_HOME") or Path.home() / ".local" / "state"
    return Path(base) / "sightline"
