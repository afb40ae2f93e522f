"""From what a person writes for a sink to a sink."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sightline.sinks.json_lines import JsonLinesSink
from sightline.sinks.stdout import StdoutSink

if TYPE_CHECKING:
    from sightline.sinks.protocol import Sink


def sink_from_argument(text: str) -> Sink:
    """Return the sink for `-`, standard output, or for the path of a JSON-lines file.

    Raises:
        SinkError: When the file cannot be opened.
    """
    return StdoutSink() if text == "-" else JsonLinesSink(text)
