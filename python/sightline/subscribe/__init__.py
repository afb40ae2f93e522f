"""The other side: what Event Grid delivers, by push to a web hook or by pull, as typed events and each once."""

from sightline.subscribe.delivered import Delivered, read
from sightline.subscribe.pull import Pull, Received, pull
from sightline.subscribe.recent import Recent
from sightline.subscribe.webhook import Webhook, webhook

__all__ = ["Delivered", "Pull", "Received", "Recent", "Webhook", "pull", "read", "webhook"]
