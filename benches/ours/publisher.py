"""A publisher for the torture run: commits events to an outbox and delivers them, wherever an earlier life was ended."""

import json
import sys
import time
from pathlib import Path

from azure.core.credentials import AzureKeyCredential

from sightline.events import Message
from sightline.outbox import Journal, Limits, Outbox, Route
from sightline.sinks import EventGridSink

BATCH = 25
PAUSE_S = 0.004


def message(number: int, cameras: int) -> Message:
    camera = f"camera{number % cameras}"
    body = {
        "specversion": "1.0",
        "id": f"{camera}-{number}",
        "source": f"/cameras/{camera}",
        "type": "sightline.line.crossed.v1",
        "subject": f"/cameras/{camera}/lines/door/tracks/{number}",
        "data": {"number": number, "filler": "x" * 200},
    }
    return Message(
        camera_id=camera,
        event_id=body["id"],
        type=body["type"],
        subject=body["subject"],
        body=json.dumps(body).encode(),
    )


def main() -> None:
    job = json.load(sys.stdin)
    sink = EventGridSink(
        job["url"],
        AzureKeyCredential(job["key"]),
        ca_file=job["ca_file"],
        max_events=50,
        connect_timeout_s=1.0,
        read_timeout_s=0.5,
    )
    path = Path(job["outbox"])
    outbox = Outbox(path, [Route("event_grid", sink)], limits=Limits(keep_delivered_s=60))
    with Journal(path, durable=False) as journal:
        done = journal.newest()  # an event has the place of its number, from 1
    while done < job["events"]:
        outbox.emit([message(done + n, job["cameras"]) for n in range(min(BATCH, job["events"] - done))])
        done += BATCH
        time.sleep(PAUSE_S)
    outbox.close(drain_s=3600)


if __name__ == "__main__":
    main()
