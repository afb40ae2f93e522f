"""No event is lost between the cameras and a sink: a journal on the disk, and one courier for each sink."""

from sightline.outbox.courier import Delivery, Route
from sightline.outbox.journal import Journal, Progress, messages_of
from sightline.outbox.limits import Limits
from sightline.outbox.outbox import Outbox, Stats

__all__ = ["Delivery", "Journal", "Limits", "Outbox", "Progress", "Route", "Stats", "messages_of"]
