"""No event is lost between the cameras and a sink: a journal on the disk, and one courier for each sink."""

from sightline.outbox.courier import Delivery, Route
from sightline.outbox.inspect import Content, content, last, messages_of, rewind
from sightline.outbox.journal import Journal, Progress
from sightline.outbox.limits import Limits
from sightline.outbox.outbox import Outbox, Stats
from sightline.outbox.parquet import write_parquet

__all__ = [
    "Content",
    "Delivery",
    "Journal",
    "Limits",
    "Outbox",
    "Progress",
    "Route",
    "Stats",
    "content",
    "last",
    "messages_of",
    "rewind",
    "write_parquet",
]
