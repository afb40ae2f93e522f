"""Azure Event Grid: topics, domains and namespace topics."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sightline.sinks.event_grid.config import EventGridConfig
from sightline.sinks.event_grid.sink import EventGridSink

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["EventGridConfig", "EventGridSink", "open_sink"]


def open_sink(config: EventGridConfig, environment: Mapping[str, str]) -> EventGridSink:
    """Open the sink that a configuration describes.

    Args:
        config: What it says.
        environment: Environment variables, where secrets may be.

    Raises:
        ConfigError: When something in it is at fault, or a secret is not where it says.
    """
    return EventGridSink.from_config(config, environment)
