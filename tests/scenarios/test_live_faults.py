"""Cameras over RTSP that fail: killed, paused, cut, garbled, resized, with broken clocks and lost packets; what a pipeline makes of it."""

import contextlib
import itertools
import json
import os
import shutil
import subprocess
import sys
import threading
import time
from pathlib import Path

import numpy as np
import pytest
from tests.peers import gstreamer
from tests.support.live import events_of, images_of, run_until, watched, write_film
from tests.support.square import Whiteness

import sightline

pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def gstreamer_server(film, tmp_path):
    """GStreamer's server; a test that needs it skips without, or fails where what tests need is required."""
    if why := gstreamer.missing():
        if os.environ.get("SIGHTLINE_REQUIRE_FIXTURES") == "1":
            pytest.fail(why)
        pytest.skip(why)
    server = gstreamer.GStreamerServer({"door": film}, tmp_path)
    yield server
    server.kill()


def watching(*urls, **options):
    return sightline.Pipeline(cameras=[watched(url, **options) for url in urls], detector=Whiteness())


def crossings_of(steps, *, camera_id=None, epoch=None):
    return [
        event
        for event in events_of(steps)
        if isinstance(event, sightline.LineCrossed)
        and camera_id in (None, event.camera_id)
        and epoch in (None, event.epoch)
    ]


def crosses(count, **which):
    return lambda steps: len(crossings_of(steps, **which)) >= count


def assert_right(steps, *, every_s=3.0):
    """Crossings go inward, once a play of the film, and times and ids never repeat."""
    crossings = crossings_of(steps)
    assert {event.direction for event in crossings} == {"in"}
    for earlier, later in itertools.pairwise(crossings):
        if earlier.epoch == later.epoch:
            apart_s = (later.pts_ns - earlier.pts_ns) / 1e9
            assert apart_s == pytest.approx(every_s * round(apart_s / every_s), abs=0.25)
            assert apart_s > 1
    assert_times_grow(steps)
    assert len({event.event_id for event in events_of(steps)}) == len(events_of(steps))


def assert_times_grow(steps):
    times = [image.pts_ns for image in images_of(steps)]
    assert min(np.diff(times)) > 0


class TestGStreamersServer:
    def test_may_be_killed_and_come_back(self, gstreamer_server):
        with watching(gstreamer_server.url("door")) as pipeline:
            before = run_until(pipeline, crosses(2))
            gstreamer_server.kill()
            gstreamer_server.start()
            after = run_until(pipeline, crosses(2, epoch=1))
            connection = pipeline.connection()
        assert connection.connected
        assert connection.reconnects == 1
        assert_right(before + after)

    def test_may_pause_for_a_moment(self, gstreamer_server):
        with watching(gstreamer_server.url("door")) as pipeline:
            before = run_until(pipeline, crosses(1))
            gstreamer_server.pause()
            threading.Timer(0.5, gstreamer_server.go_on).start()
            after = run_until(pipeline, crosses(2))
            assert pipeline.connection().reconnects == 0
        assert_right(before + after)

    def test_that_pauses_for_long_is_reached_again(self, gstreamer_server):
        with watching(gstreamer_server.url("door")) as pipeline:
            before = run_until(pipeline, crosses(1))
            gstreamer_server.pause()
            threading.Timer(3.0, gstreamer_server.go_on).start()
            after = run_until(
                pipeline, lambda steps: crosses(2)(steps) and steps[-1].images[0].tracks.epoch > 0
            )
            connection = pipeline.connection()
        assert connection.reconnects >= 1
        assert "no picture" in connection.last_error
        assert_right(before + after)


class TestAConnection:
    def test_that_ends_in_the_middle_of_a_picture_is_made_anew(self, serve, film):
        server = serve({"door": film})
        with watching(server.url("door")) as pipeline:
            before = run_until(pipeline, crosses(2))
            server.faults["door"].cut_in_picture = True
            after = run_until(pipeline, crosses(2, epoch=1))
            connection = pipeline.connection()
        assert connection.reconnects == 1
        assert "ended the stream" in connection.last_error
        assert_right(before + after)

    def test_goes_on_with_pictures_of_another_size(self, serve, film, tmp_path):
        server = serve({"door": film})
        wide = write_film(tmp_path / "wide.mp4", (480, 240))
        with watching(server.url("door")) as pipeline:
            before = run_until(pipeline, crosses(2))
            server.films["door"] = wide
            after = run_until(pipeline, crosses(2))
            assert pipeline.connection().reconnects == 0
        assert images_of(after)[-1].tracks.size_px == (480, 240)
        assert_right(before + after)

    def test_with_another_codec_than_was_told_is_made_anew(self, serve, film, tmp_path):
        server = serve({"door": film})
        other = write_film(tmp_path / "other.mp4", codec=None)
        with watching(server.url("door")) as pipeline:
            before = run_until(pipeline, crosses(2))
            server.films["door"] = other
            after = run_until(pipeline, crosses(2, epoch=1))
            connection = pipeline.connection()
        assert connection.reconnects == 1
        assert "no picture for 1 s" in connection.last_error
        assert_right(before + after)

    def test_that_brings_only_garbage_is_made_anew(self, serve, film):
        server = serve({"door": film})
        with watching(server.url("door")) as pipeline:
            before = run_until(pipeline, crosses(2))
            server.faults["door"].garbage = True
            threading.Timer(2.5, lambda: setattr(server.faults["door"], "garbage", False)).start()
            after = run_until(
                pipeline, lambda steps: crosses(2)(steps) and pipeline.connection().reconnects > 0
            )
            connection = pipeline.connection()
        assert connection.connected
        assert_right(before + after)


class TestTimesThatAreWrong:
    @pytest.mark.parametrize("stamps", ["constant", "backward", "random"])
    def test_never_go_back_and_hold_up_nothing(self, serve, film, stamps):
        server = serve({"door": film})
        with watching(server.url("door")) as pipeline:
            before = run_until(pipeline, crosses(1))
            server.faults["door"].stamps = stamps
            begun_s = time.monotonic()
            wrong = run_until(pipeline, lambda steps: len(images_of(steps)) >= 40, seconds=15)
            took_s = time.monotonic() - begun_s
            server.faults["door"].stamps = "right"
            after = run_until(pipeline, crosses(3))
        assert took_s < 10
        assert_times_grow(before + wrong + after)
        # The epoch in which the clock works again counts as if nothing had been.
        assert_right(
            [
                step
                for step in after
                if step.images and step.images[0].tracks.epoch == after[-1].images[0].tracks.epoch
            ]
        )

    @pytest.mark.parametrize("stamps", ["constant", "backward", "random"])
    def test_from_the_start_are_no_reason_to_see_nothing(self, serve, film, stamps):
        server = serve({"door": film})
        server.faults["door"].stamps = stamps
        with watching(server.url("door"), fps=10.0) as pipeline:
            # Until the clock is known to be broken, frames are no farther apart than it says, and few of them are due.
            run_until(pipeline, lambda steps: len(images_of(steps)) >= 10, seconds=15)
            begun_s = time.monotonic()
            steps = run_until(pipeline, lambda steps: len(images_of(steps)) >= 30, seconds=15)
            took_s = time.monotonic() - begun_s
        assert_times_grow(steps)
        images = images_of(steps)
        assert (images[-1].pts_ns - images[0].pts_ns) / 1e9 == pytest.approx(took_s, abs=0.7)


class TestTwentyCameras:
    def test_are_watched_at_once_though_one_sends_garbage(self, serve, film):
        names = [f"camera{number}" for number in range(20)]
        server = serve(dict.fromkeys(names, film))
        server.faults["camera7"].garbage = True
        good = [name for name in names if name != "camera7"]
        with watching(*map(server.url, names), open_timeout_s=10.0) as pipeline:
            steps = run_until(
                pipeline,
                lambda steps: all(crosses(3, camera_id=f"127.0.0.1-{name}")(steps) for name in good),
                seconds=60,
            )
            connections = [pipeline.connection(number) for number in range(20)]
        for number, name in enumerate(names):
            own = [event for event in crossings_of(steps) if event.camera_id == f"127.0.0.1-{name}"]
            if name == "camera7":
                assert not own
                continue
            assert {event.direction for event in own} == {"in"}
            assert np.diff([event.pts_ns for event in own]) / 1e9 == pytest.approx(3.0, abs=0.3)
            assert connections[number].reconnects == 0

    def test_that_come_and_go_leave_nothing_behind(self, serve, film):
        server = serve({f"camera{number}": film for number in range(6)})
        urls = [server.url(name) for name in server.films]
        with watching(*urls) as pipeline:
            lost_and_reached(pipeline, server, 3)
            before = what_is_open()
            lost_and_reached(pipeline, server, 10)
            after = what_is_open()
            assert sum(pipeline.connection(number).reconnects for number in range(6)) == 78
        assert after["files"] == before["files"]
        assert after["threads"] == before["threads"]
        assert after["resident_mib"] - before["resident_mib"] < 8


def lost_and_reached(pipeline, server, times):
    """Cut all connections so many times, and each time wait until every camera gives pictures again."""
    numbers = range(len(pipeline.cameras))

    def all_show(steps):
        return all(len(images_of(steps, number)) >= 3 for number in numbers)

    run_until(pipeline, all_show)
    for _ in range(times):
        before = [pipeline.connection(number).reconnects for number in numbers]
        server.cut()
        run_until(
            pipeline,
            lambda _, before=before: all(pipeline.connection(n).reconnects == before[n] + 1 for n in numbers),
        )
        run_until(pipeline, all_show)


def what_is_open():
    names = []
    for task in Path("/proc/self/task").iterdir():
        with contextlib.suppress(OSError):  # one that has just ended
            names.append((task / "comm").read_text())
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return {
        "files": len(list(Path("/proc/self/fd").iterdir())),
        "threads": sum(name.startswith("sightline") for name in names),
        "resident_mib": pages * os.sysconf("SC_PAGE_SIZE") / (1 << 20),
    }


LOSING_PACKETS = """
import json, pathlib, subprocess, sys, time
from tests.peers.rtsp import RtspServer
from tests.scenarios.test_live_faults import assert_right, crosses, crossings_of, watching
from tests.support.live import images_of, run_until
from tests.support.square import write_film

def nft(*words):
    return subprocess.run(["nft", *words], check=True, capture_output=True, text=True).stdout

subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
nft("add", "table", "inet", "loss")
nft("add", "chain", "inet", "loss", "input", "{ type filter hook input priority 0; }")
server = RtspServer({"door": write_film(pathlib.Path(sys.argv[1]) / "film.mp4")})
with watching(server.url("door"), transport="udp") as pipeline:
    before = run_until(pipeline, crosses(2))
    nft("add", "rule", "inet", "loss", "input", "meta l4proto udp numgen random mod 100 lt 10 counter drop")
    begun = time.monotonic()
    lossy = run_until(pipeline, lambda steps: time.monotonic() - begun > 6, seconds=15)
    told = nft("list", "chain", "inet", "loss", "input")
    nft("flush", "chain", "inet", "loss", "input")
    run_until(pipeline, crosses(1))
    after = run_until(pipeline, crosses(2))
    connection = pipeline.connection()
server.close()
assert_right(before)
assert_right(after)
print(json.dumps({
    "dropped": int(told.split("packets ")[1].split()[0]),
    "lossy": len(images_of(lossy)),
    "reconnects": connection.reconnects,
    "times": [image.pts_ns for image in images_of(before + lossy + after)],
}))
"""


@pytest.mark.skipif(
    any(shutil.which(name) is None for name in ("unshare", "ip", "nft")),
    reason="needs unshare, ip and nft, for a network of its own that loses packets",
)
def test_packets_that_are_lost_on_the_way_cost_what_was_in_them(tmp_path):
    """Over UDP, in a network of the test's own, where one packet in ten is dropped for six seconds."""
    result = subprocess.run(
        ["unshare", "-rn", sys.executable, "-c", LOSING_PACKETS, str(tmp_path)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    if "unshare" in result.stderr or "Operation not permitted" in result.stderr:
        pytest.skip(f"this machine lets nobody have a network of their own: {result.stderr.strip()}")
    assert result.returncode == 0, result.stderr
    told = json.loads(result.stdout.splitlines()[-1])
    assert told["dropped"] >= 3
    assert told["lossy"] >= 30
    assert told["reconnects"] == 0
    assert min(np.diff(told["times"])) > 0
