"""Messages and sinks for tests of delivery."""

import threading
from collections import defaultdict

from sightline.errors import SinkError
from sightline.events import Message


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
