"""The outbox keeps what it was given, in order, whatever happens to sinks, disk and file."""

import json
import sqlite3
import threading
import time

import msgspec
import pytest
from tests.support.messages import Collector, message, per_camera

from sightline.errors import Refusal, SinkError
from sightline.outbox import Journal, Limits, Outbox, Route, messages_of
from sightline.outbox.courier import Courier


class FixedClock:
    """A clock that a test moves."""

    def __init__(self):
        self.ns = 1_700_000_000_000_000_000

    def now_ns(self):
        return self.ns

    def pass_s(self, seconds):
        self.ns += round(seconds * 1e9)


@pytest.fixture
def path(tmp_path):
    return tmp_path / "outbox.db"


@pytest.fixture
def words():
    return []


def stored(path):
    return [found.event_id for found in messages_of(path)]


def test_a_sink_gets_every_event_once_in_order(path):
    sink = Collector()
    events = [message(camera, number) for number in range(50) for camera in ("east", "west")]
    outbox = Outbox(path, [Route("cloud", sink)])
    for start in range(0, len(events), 7):
        outbox.emit(events[start : start + 7])
    outbox.close()
    assert per_camera(sink.taken) == {"east": list(range(50)), "west": list(range(50))}
    assert len(sink.taken) == 100
    assert sink.closed


def test_a_sink_that_is_away_gets_what_it_missed_and_holds_nobody(path, words):
    away, well = Collector(), Collector()
    away.broken = True
    outbox = Outbox(path, [Route("away", away), Route("well", well)], report=words.append)
    outbox.emit([message("east", number) for number in range(10)])
    well.wait_for(lambda: len(well.taken) == 10)
    away.wait_for(lambda: away.attempts >= 2)
    assert away.taken == []
    assert outbox.stats().deliveries["away"].error == "the broker is away"
    away.broken = False
    away.wait_for(lambda: len(away.taken) == 10)
    outbox.close()
    assert per_camera(away.taken) == {"east": list(range(10))}
    assert any("away" in text and "waits in the outbox" in text for text in words)
    assert any("takes events again" in text for text in words)


def test_a_sink_that_never_answers_holds_up_the_end_for_seconds_only_and_loses_nothing(
    path, words, monkeypatch
):
    monkeypatch.setattr("sightline.outbox.outbox._LAST_REQUEST_S", 0.2)
    asked, answers = threading.Event(), threading.Event()

    class Hanging(Collector):
        def emit(self, events):
            asked.set()
            answers.wait(30)
            super().emit(events)

    hanging, next_time = Hanging(), Collector()
    outbox = Outbox(path, [Route("cloud", hanging)], report=words.append)
    outbox.emit([message("east", number) for number in range(10)])
    assert asked.wait(10)
    began = time.monotonic()
    outbox.close(drain_s=0.2)
    assert time.monotonic() - began < 5
    assert [text for text in words if "may come to it twice" in text]
    assert not hanging.closed
    again = Outbox(path, [Route("cloud", next_time)])
    answers.set()  # now it does answer: too late to count, in an outbox that is another's
    again.close(drain_s=30)
    assert per_camera(next_time.taken) == {"east": list(range(10))}
    until = time.monotonic() + 10
    while not hanging.closed:
        assert time.monotonic() < until


def test_what_was_not_delivered_is_delivered_by_the_next_run(path, words):
    away = Collector()
    away.broken = True
    with_nobody = Outbox(path, [Route("cloud", away)], report=words.append)
    with_nobody.emit([message("east", number) for number in range(5)])
    with_nobody.close(drain_s=0)
    assert words[-1].endswith("5 events wait for cloud; the next run with this outbox brings them")
    later = Collector()
    Outbox(path, [Route("cloud", later)]).close()
    assert later.ids() == [f"east-{number}" for number in range(5)]


def test_what_was_delivered_is_not_delivered_again(path):
    first, second = Collector(), Collector()
    outbox = Outbox(path, [Route("cloud", first)])
    outbox.emit([message("east", 1)])
    outbox.close()
    Outbox(path, [Route("cloud", second)]).close()
    assert first.ids() == ["east-1"]
    assert second.ids() == []


def test_a_new_sink_begins_with_the_next_event(path):
    outbox = Outbox(path)
    outbox.emit([message("east", 1)])
    outbox.close()
    late = Collector()
    outbox = Outbox(path, [Route("late", late)])
    outbox.emit([message("east", 2)])
    outbox.close()
    assert late.ids() == ["east-2"]


def test_a_sink_takes_only_its_encoding(path):
    native, azure = Collector(), Collector()
    outbox = Outbox(path, [Route("native", native), Route("azure", azure, "azure")])
    outbox.emit([message("east", 1), msgspec.structs.replace(message("east", 2), encoding="azure")])
    outbox.close()
    assert native.ids() == ["east-1"]
    assert azure.ids() == ["east-2"]


class Picky(Collector):
    """Refuses one event for good, as an endpoint does that cannot read it."""

    def emit(self, events):
        poison = [event for event in events if event.event_id == "east-3"]
        super().emit([event for event in events if event not in poison])
        if poison:
            raise SinkError("1 event refused", refused=[Refusal(poison[0], "400: no such field")])


def test_a_poison_event_goes_to_the_dead_letters_and_stops_nothing(path):
    sink = Picky()
    outbox = Outbox(path, [Route("cloud", sink)])
    outbox.emit([message("east", number) for number in range(6)])
    sink.wait_for(lambda: len(sink.taken) == 5)
    outbox.emit([message("east", 6)])
    outbox.close()
    assert per_camera(sink.taken) == {"east": [0, 1, 2, 4, 5, 6]}
    (line,) = path.with_name("outbox.db.refused.jsonl").read_text().splitlines()
    letter = json.loads(line)
    assert letter["reason"] == "400: no such field"
    assert letter["sink"] == "cloud"
    assert letter["event"]["number"] == 3


def test_dead_letters_that_cannot_be_written_are_not_lost(path, words):
    folder = path.with_name("outbox.db.refused.jsonl")
    folder.mkdir()
    sink = Picky()
    outbox = Outbox(path, [Route("cloud", sink)], report=words.append)
    outbox.emit([message("east", number) for number in range(6)])
    sink.wait_for(lambda: sink.attempts >= 3)
    assert outbox.stats().sinks[0].dead_lettered == 0
    assert outbox.stats().sinks[0].waiting > 0
    folder.rmdir()
    outbox.close(drain_s=30)
    (line,) = folder.read_text().splitlines()
    assert json.loads(line)["event"]["number"] == 3
    assert sorted(set(sink.ids())) == [f"east-{number}" for number in (0, 1, 2, 4, 5)]
    assert len(sink.taken) == 5


def test_a_dead_letter_that_is_no_json_is_kept_as_text(path):
    sink = Picky()
    outbox = Outbox(path, [Route("cloud", sink)])
    outbox.emit([msgspec.structs.replace(message("east", 3), body=b"{\xff not json")])
    outbox.close(drain_s=30)
    (line,) = path.with_name("outbox.db.refused.jsonl").read_text().splitlines()
    assert json.loads(line)["event"] == "{\ufffd not json"


class Partial(Collector):
    """Takes the events of one camera, and those of the other from the third attempt on."""

    def emit(self, events):
        if self.attempts < 3:
            super().emit([event for event in events if event.camera_id == "west"])
            raise SinkError(
                "half of it", [event for event in events if event.camera_id == "east"], retry_after_s=0.001
            )
        super().emit(events)


def test_what_was_taken_of_a_batch_is_not_sent_again(path):
    sink = Partial()
    outbox = Outbox(path, [Route("cloud", sink)])
    outbox.emit([message(camera, number) for number in range(20) for camera in ("east", "west")])
    sink.wait_for(lambda: len(sink.taken) == 40)
    outbox.close()
    assert per_camera(sink.taken) == {"east": list(range(20)), "west": list(range(20))}


def test_pauses_grow_only_while_nothing_is_taken(path):
    courier = Courier(Route("cloud", Collector()), path, None, None, print)
    for _ in range(30):
        courier._fail("half of it")
        assert courier._pause_s(None, progressed=True) <= 0.5
    assert courier._pause_s(None, progressed=False) <= 0.5
    assert courier._pause_s(None, progressed=False) <= 1.0
    pauses = [courier._pause_s(None, progressed=False) for _ in range(100)]
    assert 6.0 <= max(pauses) <= 60.0


class HalfAway(Collector):
    """Takes what is from the west, and cannot take what is from the east."""

    def emit(self, events):
        super().emit([event for event in events if event.camera_id == "west"])
        east = [event for event in events if event.camera_id == "east"]
        if east:
            raise SinkError("the east is away", east, retry_after_s=30)


def test_what_was_taken_out_of_turn_neither_waits_nor_is_dropped(path):
    sink = HalfAway()
    outbox = Outbox(path, [Route("cloud", sink)])
    outbox.emit([message(camera, number) for number in range(20) for camera in ("east", "west")])
    sink.wait_for(lambda: len(sink.taken) == 20)
    outbox.close(drain_s=0)
    with Journal(path) as journal:
        assert journal.progress()[0].waiting == 20
        assert journal.drop_oldest(1 << 20) == 40
        assert (journal.progress()[0].waiting, journal.progress()[0].dropped) == (0, 20)


def test_what_was_taken_out_of_turn_is_not_sent_again_by_the_next_run(path):
    first, second = HalfAway(), Collector()
    outbox = Outbox(path, [Route("cloud", first)])
    outbox.emit([message(camera, number) for number in range(20) for camera in ("east", "west")])
    first.wait_for(lambda: len(first.taken) == 20)
    outbox.close(drain_s=0)
    outbox = Outbox(path, [Route("cloud", second)])
    outbox.emit([message("west", 20)])
    outbox.close()
    assert per_camera(first.taken) == {"west": list(range(20))}
    assert per_camera(second.taken) == {"east": list(range(20)), "west": [20]}


class Broken(Collector):
    """Somebody's sink with a bug."""

    def emit(self, events):
        if self.attempts == 0:
            self.attempts = 1
            raise KeyError("a bug")
        super().emit(events)


def test_a_sink_with_a_bug_loses_nothing(path):
    sink = Broken()
    outbox = Outbox(path, [Route("cloud", sink)])
    outbox.emit([message("east", 1)])
    sink.wait_for(lambda: sink.taken)
    outbox.close()
    assert sink.ids() == ["east-1"]


def test_two_processes_cannot_share_an_outbox(path):
    outbox = Outbox(path)
    with pytest.raises(SinkError, match="another process has this outbox"):
        Outbox(path)
    outbox.close()
    Outbox(path).close()


def test_a_closed_outbox_takes_nothing(path):
    outbox = Outbox(path)
    outbox.close()
    outbox.close()
    with pytest.raises(SinkError, match="closed") as error:
        outbox.emit([message("east", 1)])
    assert [event.event_id for event in error.value.events] == ["east-1"]


def test_a_damaged_file_is_put_aside_and_the_run_goes_on(path, words):
    path.write_bytes(b"SQLite format 3\0" + b"nonsense" * 1000)
    sink = Collector()
    outbox = Outbox(path, [Route("cloud", sink)], report=words.append)
    outbox.emit([message("east", 1)])
    assert outbox.stats().set_aside == path.with_name("outbox.db.damaged-1")
    outbox.close()
    assert sink.ids() == ["east-1"]
    assert path.with_name("outbox.db.damaged-1").read_bytes().startswith(b"SQLite format 3\0nonsense")
    assert "put aside" in words[0]


def test_a_file_that_is_damaged_while_it_runs_is_put_aside(path, words):
    sink = Collector()
    sink.broken = True
    outbox = Outbox(path, [Route("cloud", sink)], report=words.append)
    outbox.emit([message("east", number, 2000) for number in range(500)])
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()
    with path.open("r+b") as file:
        size = path.stat().st_size
        for offset in range(4096, size, 4096):
            file.seek(offset)
            file.write(b"\xff" * 512)
    sink.broken = False
    for number in range(500, 600):
        outbox.emit([message("east", number, 2000)])
    sink.wait_for(lambda: any(event.event_id == "east-599" for event in sink.taken))
    outbox.close()
    assert any("put aside" in text for text in words)
    numbers = per_camera(sink.taken)["east"]
    assert numbers[-100:] == list(range(500, 600)) or set(range(500, 600)) <= set(numbers)


def test_the_oldest_give_way_when_it_is_full_and_are_counted(path, words):
    limits = Limits(max_bytes=1 << 20, policy="drop_oldest")
    away = Collector()
    away.broken = True
    outbox = Outbox(path, [Route("cloud", away)], limits=limits, report=words.append)
    for number in range(400):
        outbox.emit([message("east", number, 5000)])
    stats = outbox.stats()
    assert stats.size_bytes <= 1 << 20
    kept = stored(path)
    assert kept == [f"east-{number}" for number in range(400 - len(kept), 400)]
    assert stats.sinks[0].dropped == 400 - len(kept) > 100
    outbox.close(drain_s=0)
    assert any("were dropped" in text for text in words)


def test_a_full_outbox_blocks_until_a_sink_takes_something(path):
    limits = Limits(max_bytes=1 << 20, policy="block")
    sink = Collector()
    sink.broken = True
    outbox = Outbox(path, [Route("cloud", sink)], limits=limits)
    done = threading.Event()

    def fill():
        for number in range(400):
            outbox.emit([message("east", number, 5000)])
        done.set()

    thread = threading.Thread(target=fill)
    thread.start()
    assert not done.wait(1.0)
    assert outbox.stats().size_bytes <= 1 << 20
    sink.broken = False
    assert done.wait(30)
    thread.join()
    outbox.close(drain_s=30)
    assert per_camera(sink.taken) == {"east": list(range(400))}


def test_a_full_outbox_samples_each_camera(path, words):
    limits = Limits(max_bytes=1 << 20, policy="sample")
    away = Collector()
    away.broken = True
    outbox = Outbox(path, [Route("cloud", away)], limits=limits, report=words.append)
    for number in range(400):
        outbox.emit([message("east", number, 5000), message("west", number, 10)])
    stats = outbox.stats()
    assert stats.size_bytes <= 1 << 20
    assert stats.left_out > 100
    outbox.close(drain_s=0)
    assert any("one event in 10 is kept" in text for text in words)


def test_what_is_too_old_goes_and_is_counted(path):
    clock = FixedClock()
    away = Collector()
    away.broken = True
    outbox = Outbox(path, [Route("cloud", away)], limits=Limits(max_age_s=60), clock=clock)
    outbox.emit([message("east", 1)])
    clock.pass_s(61)
    outbox.emit([message("east", 2)])
    outbox.flush()
    assert stored(path) == ["east-2"]
    assert outbox.stats().sinks[0].dropped == 1
    outbox.close(drain_s=0)


def test_what_is_delivered_is_kept_for_a_while_and_then_goes(path):
    clock = FixedClock()
    sink = Collector()
    outbox = Outbox(path, [Route("cloud", sink)], limits=Limits(keep_delivered_s=60), clock=clock)
    outbox.emit([message("east", 1)])
    sink.wait_for(lambda: sink.taken)
    outbox.flush()
    assert stored(path) == ["east-1"]
    clock.pass_s(61)
    outbox.emit([message("east", 2)])
    sink.wait_for(lambda: len(sink.taken) == 2)
    outbox.flush()
    assert stored(path) == ["east-2"]
    outbox.close()


def test_a_clock_that_is_set_moves_nothing(path, monkeypatch):
    """Nobody can set this machine's clock in a test; what it says is moved instead, by a year to either side."""
    away = Collector()
    away.broken = True
    outbox = Outbox(path, [Route("cloud", away)], limits=Limits(max_age_s=3600))
    real_ns = time.time_ns
    for number, year in enumerate((0, 1, -1)):
        monkeypatch.setattr(time, "time_ns", lambda year=year: real_ns() + year * 365 * 86_400 * 10**9)
        outbox.emit([message("east", number)])
        outbox.flush()
    assert stored(path) == ["east-0", "east-1", "east-2"]
    assert outbox.stats().sinks[0].dropped == 0
    outbox.close(drain_s=0)


@pytest.mark.slow
def test_what_is_too_old_goes_also_where_nothing_comes_in(path):
    clock = FixedClock()
    sink = Collector()
    outbox = Outbox(path, [Route("cloud", sink)], limits=Limits(keep_delivered_s=60), clock=clock)
    outbox.emit([message("east", 1)])
    sink.wait_for(lambda: sink.taken)
    clock.pass_s(3600)
    until = time.monotonic() + 30
    while stored(path) and time.monotonic() < until:
        time.sleep(0.1)
    assert stored(path) == []
    outbox.close()


def test_a_full_outbox_that_blocks_goes_on_when_what_fills_it_is_too_old(path):
    clock = FixedClock()
    away = Collector()
    away.broken = True
    limits = Limits(max_bytes=1 << 20, max_age_s=60, policy="block")
    outbox = Outbox(path, [Route("cloud", away)], limits=limits, clock=clock)
    done = threading.Event()

    def fill():
        for number in range(300):
            outbox.emit([message("east", number, 5000)])
        done.set()

    thread = threading.Thread(target=fill)
    thread.start()
    assert not done.wait(1.0)
    while not done.wait(0.1):
        clock.pass_s(61)
    thread.join()
    outbox.close(drain_s=0)
