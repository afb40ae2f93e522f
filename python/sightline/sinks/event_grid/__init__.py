"""Azure Event Grid: topics, domains and namespace topics."""

from sightline.sinks.event_grid.config import EventGridConfig
from sightline.sinks.event_grid.sink import EventGridSink

__all__ = ["EventGridConfig", "EventGridSink"]
