"""Count people from what Event Grid delivers: uvicorn subscriber:app --ssl-certfile server.pem --ssl-keyfile server.key.

Subscribe with the CloudEvents schema to https://THIS-MACHINE/; see docs/guide/event-grid.md. It answers the validation itself.
"""

import sys
from collections import Counter

from sightline.events import LineCrossed, ZoneCountChanged
from sightline.subscribe import Delivered, webhook

crossings: Counter[tuple[str, str, str]] = Counter()


def handle(delivered: Delivered) -> None:
    """Print what one event changes."""
    match delivered.event:
        case LineCrossed(camera_id=camera, line=line, direction=direction):
            crossings[camera, line, direction] += 1
            print(f"{camera}: {line}: {crossings[camera, line, direction]} {direction}", flush=True)
        case ZoneCountChanged(camera_id=camera, zone=zone, count=count):
            print(f"{camera}: {count} in {zone}", flush=True)
        case None:
            print(f"not ours: {delivered.type} about {delivered.subject}", file=sys.stderr, flush=True)
        case _:
            pass


app = webhook(handle)
