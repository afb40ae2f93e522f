"""`sightline events` looks into an outbox from outside."""

import json

import pytest
from pyarrow import parquet
from tests.support.messages import Collector, message

from sightline.outbox import Outbox, Route


@pytest.fixture
def file(tmp_path):
    """An outbox of twenty events, which nobody has taken."""
    away = Collector()
    away.broken = True
    outbox = Outbox(tmp_path / "outbox.db", [Route("cloud", away)])
    outbox.emit([message("east", number) for number in range(20)])
    outbox.close(drain_s=0)
    return tmp_path / "outbox.db"


def numbers(text):
    return [json.loads(line)["number"] for line in text.splitlines()]


def test_tail_prints_the_newest(sightline, file):
    assert numbers(sightline("events", "tail", file, "-n", 3).stdout) == [17, 18, 19]
    assert numbers(sightline("events", "tail", file, "-n", 0).stdout) == []


def test_stats_says_what_waits(sightline, file):
    found = json.loads(sightline("events", "stats", file, "--json").stdout)
    assert found["messages"] == 20
    assert [(sink["name"], sink["waiting"]) for sink in found["sinks"]] == [("cloud", 20)]
    assert "20 events" in sightline("events", "stats", file).stderr


def test_export_writes_lines_or_parquet(sightline, file, tmp_path):
    assert numbers(sightline("events", "export", file).stdout) == list(range(20))
    sightline("events", "export", file, "out.jsonl")
    assert numbers((tmp_path / "out.jsonl").read_text()) == list(range(20))
    sightline("events", "export", file, "out.parquet")
    table = parquet.read_table(tmp_path / "out.parquet")
    assert table.column("event_id").to_pylist() == [f"east-{number}" for number in range(20)]
    assert json.loads(table.column("body")[19].as_py())["number"] == 19


def test_replay_lets_a_sink_get_events_again(sightline, file):
    first = Collector()
    Outbox(file, [Route("cloud", first)]).close()
    assert len(first.taken) == 20
    assert "5 events wait for cloud" in sightline("events", "replay", file, "cloud", "--after", 15).stderr
    again = Collector()
    Outbox(file, [Route("cloud", again)]).close()
    assert again.ids() == [f"east-{number}" for number in range(15, 20)]


def test_replay_needs_the_outbox_for_itself_and_a_sink_that_is_there(sightline, file):
    outbox = Outbox(file)
    result = sightline("events", "replay", file, "cloud")
    outbox.close()
    assert result.returncode == 1
    assert "another process has this outbox" in result.stderr
    assert "expected one of: cloud" in sightline("events", "replay", file, "clout").stderr


@pytest.mark.parametrize("command", [["tail"], ["stats"], ["export"]])
def test_what_is_no_outbox_is_told(sightline, tmp_path, command):
    missing = sightline("events", *command, "missing.db")
    assert (missing.returncode, "no such outbox" in missing.stderr) == (1, True)
    (tmp_path / "text.db").write_text("hello")
    wrong = sightline("events", *command, "text.db")
    assert (wrong.returncode, "cannot be read" in wrong.stderr) == (1, True)
