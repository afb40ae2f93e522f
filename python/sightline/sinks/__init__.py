"""Where events go: one module a sink."""

from sightline.sinks.event_grid import EventGridSink
from sightline.sinks.json_lines import JsonLinesSink
from sightline.sinks.opening import sink_from_argument
from sightline.sinks.protocol import Sink
from sightline.sinks.secrets import Secret
from sightline.sinks.stdout import StdoutSink

__all__ = ["EventGridSink", "JsonLinesSink", "Secret", "Sink", "StdoutSink", "sink_from_argument"]
