"""Messages and sinks for tests of delivery."""

import threading
from collections import defaultdict

from sightline.errors import SinkError
from sightline.events import LineCrossed, Message, ZoneCountChanged, message_of

EVENT = ZoneCountChanged(
    event_id="e1",
    camera_id="east",
    epoch=0,
    pts_ns=1,
    time="2026-01-02T03:04:05Z",
    zone="queue",
    count=2,
    previous=1,
)


def message(camera: str, number: int, size: int = 0) -> Message:
    text = f'{{"camera":"{camera}","number":{number},"filler":"{"x" * size}"}}'
    return Message(
        camera_id=camera,
        event_id=f"{camera}-{number}",
        type="sightline.line.crossed.v1",
        subject=f"/cameras/{camera}/lines/door/tracks/{number}",
        body=text.encode(),
    )


class Collector:
    """A sink that remembers; `broken` makes it fail as a broker that is away does."""

    def __init__(self) -> None:
        self.broken = False
        self.closed = False
        self.taken = []
        self.attempts = 0
        self.changed = threading.Condition()

    def emit(self, events):
        with self.changed:
            self.attempts += 1
            if self.broken:
                self.changed.notify_all()
                raise SinkError("the broker is away", events, retry_after_s=0.01)
            self.taken.extend(events)
            self.changed.notify_all()

    def flush(self):
        pass

    def close(self):
        self.closed = True

    def wait_for(self, holds, timeout_s=20.0):
        with self.changed:
            assert self.changed.wait_for(holds, timeout_s), f"{len(self.taken)} taken"

    def ids(self):
        return [event.event_id for event in self.taken]


def per_camera(events):
    numbers = defaultdict(list)
    for event in events:
        numbers[event.camera_id].append(int(event.event_id.rpartition("-")[2]))
    return dict(numbers)


def cloud_message(camera: str, number: int, size: int = 0) -> Message:
    """A message whose body is a CloudEvent, as `message_of` makes them, of about 700 bytes and `size` more."""
    event = LineCrossed(
        event_id=f"{camera}-{number}",
        camera_id=camera,
        epoch=0,
        pts_ns=number * 100_000_000,
        time="2026-11-25T12:00:00.000Z",
        track_id=number + 1,
        object_class="person" + "x" * size,
        confidence=0.87,
        confirmed_pts_ns=number * 100_000_000,
        bridged=False,
        bridged_ms=0,
        box=(0.1, 0.2, 0.3, 0.4),
        anchor=(0.2, 0.4),
        line="door",
        direction="in",
    )
    return message_of(event)
