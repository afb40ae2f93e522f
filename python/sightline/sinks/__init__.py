"""Where events go."""

from sightline.sinks.config import SinkConfig, sink_kind, sink_types
from sightline.sinks.event_grid import EventGridConfig, EventGridSink
from sightline.sinks.json_lines import FileConfig, JsonLinesSink
from sightline.sinks.opening import sink_from_argument
from sightline.sinks.protocol import Sink
from sightline.sinks.secrets import Secret
from sightline.sinks.stdout import StdoutConfig, StdoutSink

__all__ = [
    "EventGridConfig",
    "EventGridSink",
    "FileConfig",
    "JsonLinesSink",
    "Secret",
    "Sink",
    "SinkConfig",
    "StdoutConfig",
    "StdoutSink",
    "sink_from_argument",
    "sink_kind",
    "sink_types",
]
