"""Publish events of 1.6 kB for some seconds, one way or another; print how many, and the processor time."""

import json
import sys
import tempfile
import time

import msgspec
from azure.core.credentials import AzureKeyCredential
from azure.core.messaging import CloudEvent
from azure.eventgrid import EventGridPublisherClient

from sightline.events import LineCrossed, encode, message_of
from sightline.outbox import Outbox, Route
from sightline.sinks import EventGridSink

CAMERAS = 8
SIZE = 1600


def events(count):
    made = [event(number, 0) for number in range(count)]
    filler = SIZE - len(encode(made[0]))
    return [event(number, filler) for number in range(count)]


def event(number, filler):
    return LineCrossed(
        event_id=f"5a0cf0f6-6a43-5a8e-9f57-{number:012d}",
        camera_id=f"camera-{number % CAMERAS}",
        epoch=0,
        pts_ns=number * 100_000_000,
        time="2026-11-25T12:00:00.000Z",
        track_id=number + 1,
        object_class="person" + "x" * filler,
        confidence=0.87,
        confirmed_pts_ns=number * 100_000_000,
        bridged=False,
        bridged_ms=0,
        box=(0.1, 0.2, 0.3, 0.4),
        anchor=(0.2, 0.4),
        line="door",
        direction="in",
    )


def ours(job, batch):
    sink = EventGridSink(job["url"], AzureKeyCredential(job["key"]), ca_file=job["ca_file"])
    return lambda: sink.emit(batch), sink.close


def through_outbox(job, batch):
    """The whole way: committed to the disk, read again, published. The last call waits until all is."""
    folder = tempfile.TemporaryDirectory()
    sink = EventGridSink(job["url"], AzureKeyCredential(job["key"]), ca_file=job["ca_file"])
    outbox = Outbox(f"{folder.name}/outbox.db", [Route("event_grid", sink)])

    def end():
        outbox.close(drain_s=600)
        folder.cleanup()

    return lambda: outbox.emit(batch), end


def idle(job):
    """Processor time of an outbox and a sink that have nothing to do."""
    with tempfile.TemporaryDirectory() as folder:
        sink = EventGridSink(job["url"], AzureKeyCredential(job["key"]), ca_file=job["ca_file"])
        outbox = Outbox(f"{folder}/outbox.db", [Route("event_grid", sink)])
        outbox.emit(events(1))
        time.sleep(1)
        cpu = time.process_time()
        time.sleep(job["seconds"])
        used = time.process_time() - cpu
        outbox.close()
    return {"seconds": job["seconds"], "cpu_s": used}


def sdk(job, batch):
    client = EventGridPublisherClient(job["url"], AzureKeyCredential(job["key"]))
    wrapped = [json.loads(encode(event)) for event in batch]
    made = [
        CloudEvent(
            type=e["type"],
            source=e["source"],
            id=e["id"],
            subject=e["subject"],
            time=e["time"],
            data=e["data"],
        )
        for e in wrapped
    ]
    return lambda: client.send(made, connection_verify=job["ca_file"]), client.close


def main():
    job = json.load(sys.stdin)
    if job["side"] == "idle":
        print(json.dumps(idle(job)))
        return
    batch = events(job["batch"])
    call, end = {"ours": ours, "outbox": through_outbox, "sdk": sdk}[job["side"]](job, batch)
    call()
    count, begun, cpu = 0, time.perf_counter(), time.process_time()
    while time.perf_counter() - begun < job["seconds"]:
        call()
        count += len(batch)
    if job["side"] == "outbox":
        end()
    took, used = time.perf_counter() - begun, time.process_time() - cpu
    if job["side"] != "outbox":
        end()
    size = len(msgspec.json.encode([json.loads(message_of(batch[0]).body)]))
    print(json.dumps({"events": count, "seconds": took, "cpu_s": used, "bytes": size}))


if __name__ == "__main__":
    main()
