"""A process that emits numbered messages through an outbox into a file, to be killed: `publisher.py FOLDER COUNT`."""

import os
import sys
from pathlib import Path

from tests.support.messages import message

from sightline.outbox import Outbox, Route, messages_of


class FileSink:
    """Appends the ids of what it takes, one line each, without a buffer: what was taken before a kill is in the file."""

    def __init__(self, path):
        self._file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)

    def emit(self, events):
        for event in events:
            os.write(self._file, f"{event.event_id}\n".encode())

    def flush(self):
        pass

    def close(self):
        os.close(self._file)


def main():
    folder, count = Path(sys.argv[1]), int(sys.argv[2])
    path = folder / "outbox.db"
    # Only what was committed is promised; the next number is one after it.
    begun = folder / "begun"
    first = int(begun.read_text()) if begun.exists() else 0
    if path.exists():
        first = max([first, *(int(found.event_id.rpartition("-")[2]) + 1 for found in messages_of(path))])
    outbox = Outbox(path, [Route("file", FileSink(folder / "taken"))])
    for number in range(first, count, 3):
        outbox.emit(
            [message(camera, n) for n in range(number, min(number + 3, count)) for camera in ("east", "west")]
        )
        temporary = folder / "begun.new"
        temporary.write_text(str(min(number + 3, count)))
        temporary.replace(begun)
    outbox.close(drain_s=60)
    (folder / "done").touch()


if __name__ == "__main__":
    main()
