"""Sinks: whole lines or none, whatever happens to the disk or the reader."""

import io
import json
import os
import resource
import subprocess
import sys

import pytest
from tests.unit.test_events import fact, maker

from sightline.errors import SinkError
from sightline.events import Message, decode, encode
from sightline.sinks import JsonLinesSink, StdoutSink, sink_from_argument


def crossing(number):
    return maker().event(fact("line_crossed", pts_ns=number))


def read(path):
    return [decode(line) for line in path.read_bytes().splitlines()]


def test_events_are_appended_as_lines(tmp_path):
    path = tmp_path / "events.jsonl"
    for number in range(3):
        sink = JsonLinesSink(path)
        sink.emit([crossing(number)])
        sink.close()
    assert read(path) == [crossing(0), crossing(1), crossing(2)]


def test_a_line_that_a_crash_left_torn_is_cut_off(tmp_path):
    path = tmp_path / "events.jsonl"
    path.write_bytes(encode(crossing(0)) + b"\n" + encode(crossing(1))[:50])
    sink = JsonLinesSink(path)
    sink.emit([crossing(2)])
    sink.close()
    assert read(path) == [crossing(0), crossing(2)]


def test_files_rotate_by_size_and_the_oldest_goes(tmp_path):
    path = tmp_path / "events.jsonl"
    line = len(encode(crossing(0))) + 1
    sink = JsonLinesSink(path, rotate_bytes=2 * line, rotate_keep=2)
    sink.emit([crossing(number) for number in range(9)])
    sink.close()
    assert sorted(file.name for file in tmp_path.iterdir()) == [
        "events.jsonl",
        "events.jsonl.1",
        "events.jsonl.2",
    ]
    kept = [
        event.pts_ns
        for name in ("events.jsonl.2", "events.jsonl.1", "events.jsonl")
        for event in read(tmp_path / name)
    ]
    assert kept == [4, 5, 6, 7, 8]


@pytest.mark.parametrize(("policy", "syncs"), [("never", 0), ("batch", 1), ("always", 3)])
def test_the_file_is_forced_to_the_disk_as_the_policy_says(tmp_path, monkeypatch, policy, syncs):
    forced = []
    monkeypatch.setattr(os, "fsync", forced.append)
    sink = JsonLinesSink(tmp_path / "events.jsonl", fsync=policy)
    for number in range(2):
        sink.emit([crossing(number)])
    sink.flush()
    assert len(forced) == syncs


def test_a_full_disk_leaves_whole_lines_and_gives_the_rest_back(tmp_path):
    path = tmp_path / "events.jsonl"
    line = len(encode(crossing(0))) + 1
    sink = JsonLinesSink(path)
    sink.emit([crossing(0)])
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    # A write beyond the limit fails with EFBIG, as one on a full disk does with ENOSPC; Python ignores SIGXFSZ.
    resource.setrlimit(resource.RLIMIT_FSIZE, (line + line // 2, before[1]))
    try:
        with pytest.raises(SinkError) as failure:
            sink.emit([crossing(1), crossing(2)])
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert failure.value.events == [crossing(1), crossing(2)]
    assert read(path) == [crossing(0)]
    sink.emit(failure.value.events)
    assert read(path) == [crossing(0), crossing(1), crossing(2)]


def test_a_folder_that_is_not_there_says_so(tmp_path):
    with pytest.raises(SinkError, match="cannot be opened"):
        JsonLinesSink(tmp_path / "gone" / "events.jsonl")


def test_a_closed_sink_takes_nothing(tmp_path):
    sink = JsonLinesSink(tmp_path / "events.jsonl")
    sink.close()
    sink.close()
    with pytest.raises(SinkError, match="closed"):
        sink.emit([crossing(0)])


def test_the_argument_names_the_sink(tmp_path):
    assert isinstance(sink_from_argument("-"), StdoutSink)
    assert isinstance(sink_from_argument(str(tmp_path / "a.jsonl")), JsonLinesSink)


def test_standard_output_gets_lines_and_a_reader_that_leaves_is_no_error():
    script = (
        "from tests.unit.test_sinks import crossing; from sightline.sinks import StdoutSink\n"
        "sink = StdoutSink()\n"
        "for number in range(100_000):\n"
        "    sink.emit([crossing(number)])\n"
        "    if sink.reader_gone: raise SystemExit(7)\n"
    )
    child = subprocess.Popen(
        [sys.executable, "-c", script], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    first = json.loads(child.stdout.readline())
    child.stdout.close()
    words = child.stderr.read()
    child.stderr.close()
    assert (first["data"]["pts_ns"], words, child.wait(timeout=30)) == (0, "", 7)


def azure_message():
    return Message(
        encoding="azure",
        event_id="6f9b1c2e-0000-5000-8000-000000000000",
        camera_id="lobby",
        type="personCountEvent",
        subject="/cameras/lobby/zones/till",
        time="2026-02-11T09:30:00.000Z",
        body=b'{"events":[]}',
    )


def test_sinks_take_messages_beside_events(tmp_path):
    sink = JsonLinesSink(tmp_path / "events.jsonl")
    sink.emit([crossing(0), azure_message()])
    sink.close()
    written = io.BytesIO()
    StdoutSink(written).emit([crossing(0), azure_message()])
    expected = encode(crossing(0)) + b"\n" + b'{"events":[]}\n'
    assert (tmp_path / "events.jsonl").read_bytes() == written.getvalue() == expected


def test_a_message_that_a_sink_could_not_take_comes_back(tmp_path):
    sink = JsonLinesSink(tmp_path / "events.jsonl")
    sink.close()
    with pytest.raises(SinkError) as failure:
        sink.emit([azure_message()])
    assert failure.value.events == [azure_message()]
