"""Cameras over RTSP: reached, lost, silent, refused; what a pipeline makes of it."""

import functools
import http.server
import itertools
import os
import pathlib
import re
import signal
import subprocess
import sys
import threading
import time
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from tests.support.live import QUICK, events_of, images_of, run_until, watched, write_film
from tests.support.square import PICTURES, SIZE, Whiteness

import sightline
from sightline.errors import SourceError

PASSWORD = "s3cr%t/&p@ss"  # noqa: S105 - of a server that lives as long as a test
USER = "viewer:{env:CAMERA_PASSWORD}@"


class TestACamera:
    def test_gives_events_with_a_time_of_day(self, serve, film):
        server = serve({"door": film})
        before = datetime.now(UTC)  # noqa: TID251 - what the camera's clock is compared with
        with sightline.Pipeline(cameras=[watched(server.url("door"))], detector=Whiteness()) as pipeline:
            steps = run_until(pipeline, lambda steps: len(events_of(steps)) >= 2)
            started_at = pipeline.connection().started_at
        crossed = [event for event in events_of(steps) if isinstance(event, sightline.events.LineCrossed)]
        assert crossed
        assert crossed[0].camera_id == "127.0.0.1-door"
        started = datetime.fromisoformat(started_at)
        assert timedelta(0) < started - before < timedelta(minutes=1)
        moment = datetime.fromisoformat(crossed[0].time)
        late = moment - started - timedelta(microseconds=crossed[0].pts_ns / 1e3)
        # Pictures that waited less than those of the first moment show that it was earlier.
        assert timedelta(seconds=-3) < late < timedelta(milliseconds=2)
        times = [image.pts_ns for image in images_of(steps)]
        # A frame that comes before anybody takes it may be dropped; times stay those of the camera.
        assert min(np.diff(times)) > 0
        assert {time % 100_000_000 for time in times} == {0}

    def test_sends_its_pictures_over_udp_too(self, serve, film):
        server = serve({"door": film})
        source = sightline.open_source(server.url("door"), fps=None, transport="udp", **QUICK)
        frames = list(itertools.islice(source, 5))
        assert [frame.epoch for frame in frames] == [0] * 5
        assert frames[0].pixels.shape == (SIZE[1], SIZE[0], 3)

    def test_that_is_slower_to_watch_than_to_film_loses_its_oldest_frames(self, serve, film):
        server = serve({"door": film}, fps=50)

        class Slow(Whiteness):
            def infer(self, batch):
                time.sleep(0.1)
                return super().infer(batch)

        with sightline.Pipeline(cameras=[watched(server.url("door"))], detector=Slow(), queue=2) as pipeline:
            steps = run_until(pipeline, lambda steps: len(steps) >= 30)
            dropped = pipeline.connection().frames_dropped
        images = images_of(steps)
        missing = images[-1].index - images[0].index + 1 - len(images)
        assert 60 <= missing <= dropped <= missing + 20

    def test_may_change_its_size(self, serve, film, tmp_path):
        server = serve({"door": film})
        with sightline.Pipeline(cameras=[watched(server.url("door"))], detector=Whiteness()) as pipeline:
            run_until(pipeline, lambda steps: len(images_of(steps)) >= 5)
            server.films["door"] = write_film(tmp_path / "wide.mp4", (480, 240))
            run_until(pipeline, lambda steps: any(i.tracks.size_px == (480, 240) for i in images_of(steps)))
            assert pipeline.connection().reconnects == 0


class TestACameraThatIsLost:
    @pytest.mark.parametrize("end", ["killed", "cut", "silent"])
    def test_is_reached_again_in_a_new_epoch(self, serve, film, end):
        server = serve({"door": film})
        url, port = server.url("door"), server.port
        with sightline.Pipeline(cameras=[watched(url)], detector=Whiteness()) as pipeline:
            first = run_until(pipeline, lambda steps: len(images_of(steps)) >= 10)
            if end == "killed":
                server.close()
                time.sleep(1.0)
                server = serve({"door": film}, port=port)
            elif end == "cut":
                server.cut()
            else:
                server.faults["door"].stall = True
                threading.Timer(1.5, lambda: setattr(server.faults["door"], "stall", False)).start()
            again = run_until(pipeline, lambda steps: any(event.epoch == 1 for event in events_of(steps)))
            connection = pipeline.connection()
        assert connection.reconnects == 1
        assert connection.connected
        reason = {"killed": "ended the stream", "cut": "", "silent": "no picture for 1 s"}[end]
        assert reason in connection.last_error or "refused" in connection.last_error
        images = images_of(first) + images_of(again)
        times = [image.pts_ns for image in images]
        assert times == sorted(set(times))
        numbers = [image.index for image in images]
        assert numbers == sorted(set(numbers))
        assert len({event.event_id for event in events_of(first + again)}) == len(events_of(first + again))

    def test_has_times_that_went_on_meanwhile(self, serve, film):
        server = serve({"door": film})
        port = server.port
        source = sightline.open_source(server.url("door"), fps=None, **QUICK)
        frames = iter(source)
        last = list(itertools.islice(frames, 5))[-1]
        server.close()
        lost = time.monotonic()
        time.sleep(2.0)
        serve({"door": film}, port=port)
        new = next(frame for frame in frames if frame.epoch == 1)
        away_s = time.monotonic() - lost
        assert 1.5 < (new.pts_ns - last.pts_ns) / 1e9 < away_s + 1.0

    def test_may_not_be_there_at_the_start(self, serve, film):
        server = serve({"door": film})
        url, port = server.url("door"), server.port
        server.close()
        with sightline.Pipeline(cameras=[watched(url)], detector=Whiteness()) as pipeline:
            time.sleep(1.0)
            connection = pipeline.connection()
            assert not connection.connected
            assert "Connection refused" in connection.last_error
            serve({"door": film}, port=port)
            steps = run_until(pipeline, lambda steps: len(events_of(steps)) >= 1)
            assert pipeline.connection().connected
            assert pipeline.connection().reconnects == 0
        assert images_of(steps)[0].pts_ns < 1_000_000_000

    def test_whose_clock_is_set_goes_on_in_a_new_epoch(self, serve, film):
        server = serve({"door": film})
        source = sightline.open_source(server.url("door"), fps=None, **QUICK)
        frames = iter(source)
        before = list(itertools.islice(frames, 5))
        for jump_s in (3600.0, -3600.0):
            server.faults["door"].forward_s = jump_s
            epoch = before[-1].epoch
            moved = before[-1:]
            while moved[-1].epoch == epoch:
                moved.append(next(frames))
            moved += itertools.islice(frames, 10)
            assert moved[-1].epoch == epoch + 1
            assert max(np.diff([frame.pts_ns for frame in moved])) < 1_500_000_000
            assert min(np.diff([frame.pts_ns for frame in moved])) > 0
            before = moved


class TestOneOfSeveral:
    def test_that_stalls_or_is_away_holds_up_no_other(self, serve, film):
        server = serve({"good": film, "silent": film})
        server.faults["silent"].stall = True
        urls = [server.url("silent"), server.url("good"), "rtsp://127.0.0.1:1/nobody"]
        with sightline.Pipeline(cameras=[watched(url) for url in urls], detector=Whiteness()) as pipeline:
            start = time.monotonic()
            steps = run_until(pipeline, lambda steps: len(images_of(steps, 1)) >= 40)
            took_s = time.monotonic() - start
        assert took_s < 8
        assert {image.camera for step in steps for image in step.images} == {1}
        assert pipeline.counts(1)["lines"]

    def test_takes_its_turn(self, serve, film):
        server = serve({"a": film, "b": film, "c": film})
        cameras = [watched(server.url(name)) for name in "abc"]
        with sightline.Pipeline(cameras=cameras, detector=Whiteness()) as pipeline:
            steps = run_until(pipeline, lambda steps: all(len(images_of(steps, n)) >= 15 for n in range(3)))
        counts = [len(images_of(steps, number)) for number in range(3)]
        assert max(counts) - min(counts) < 15


class TestSecrets:
    @pytest.mark.parametrize("auth", ["basic", "digest"])
    def test_are_looked_up_in_the_environment(self, serve, film, monkeypatch, auth):
        server = serve({"door": film}, auth=auth, password=PASSWORD)
        monkeypatch.setenv("CAMERA_PASSWORD", PASSWORD)
        source = sightline.open_source(server.url("door", user=USER), **QUICK)
        assert source.info.width == SIZE[0]
        assert len(list(itertools.islice(source, 3))) == 3
        assert "viewer" not in repr(source)

    def test_that_are_wrong_are_told_without_being_shown(self, serve, film, monkeypatch):
        server = serve({"door": film}, auth="digest", password=PASSWORD)
        monkeypatch.setenv("CAMERA_PASSWORD", "guessed-it")
        url = server.url("door", user=USER)
        with pytest.raises(SourceError) as caught:
            _ = sightline.open_source(url, **QUICK).info
        assert "user name or password is wrong" in str(caught.value)
        with sightline.Pipeline(cameras=[watched(url)], detector=Whiteness()) as pipeline:
            time.sleep(1.0)
            told = pipeline.connection().last_error
        for text in (str(caught.value), told):
            assert "guessed-it" not in text
            assert "viewer" not in text
            assert f"rtsp://***@127.0.0.1:{server.port}/door: " in text

    def test_that_are_not_there_are_named_by_their_place(self, monkeypatch):
        monkeypatch.delenv("CAMERA_PASSWORD", raising=False)
        with pytest.raises(SourceError, match="environment variable CAMERA_PASSWORD: expected a secret"):
            _ = sightline.open_source(f"rtsp://{USER}127.0.0.1:1/door", **QUICK).info

    def test_do_not_go_over_tls_that_nobody_checks(self, authority, film, serve):
        # Where libav can check, the server's word is no TLS at all, and where it can't, it is not even asked.
        server = serve({"door": film})
        with pytest.raises(SourceError, match=r"rtsps://\*\*\*@"):
            _ = sightline.open_source(f"rtsps://u:p@127.0.0.1:{server.port}/door", **QUICK).info


class TestARecordingOnAWebServer:
    @pytest.fixture
    def folder(self, tmp_path):
        write_film(tmp_path / "film.mp4")
        return tmp_path

    @pytest.fixture
    def web(self, folder, authority):
        handler = functools.partial(Quiet, directory=folder)
        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
        server.socket = authority.server_context().wrap_socket(server.socket, server_side=True)
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield f"https://127.0.0.1:{server.server_address[1]}"
        server.shutdown()
        server.server_close()
        thread.join()

    def test_is_played_to_its_end(self, web, authority):
        source = sightline.open_source(f"{web}/film.mp4", fps=None, ca_file=authority.ca_file)
        assert [frame.index for frame in source] == list(range(PICTURES))

    def test_comes_only_from_whom_the_authority_knows(self, web):
        with pytest.raises(SourceError, match="certificate"):
            _ = sightline.open_source(f"{web}/film.mp4").info

    def test_that_is_not_there_is_told(self, web, authority):
        with pytest.raises(SourceError, match=r"\*\*\*: there is no such stream \(404\)"):
            _ = sightline.open_source(f"{web}/other.mp4?key=1", ca_file=authority.ca_file).info


class Quiet(http.server.SimpleHTTPRequestHandler):
    """Sends a file from any place on: the index of an MP4 is at its end."""

    def do_GET(self):
        asked = re.match(r"bytes=(\d+)-", self.headers.get("Range", ""))
        path = pathlib.Path(self.translate_path(self.path))
        if asked is None or not path.is_file():
            super().do_GET()
            return
        data = path.read_bytes()
        start = int(asked[1])
        self.send_response(206)
        self.send_header("Content-Range", f"bytes {start}-{len(data) - 1}/{len(data)}")
        self.send_header("Content-Length", str(len(data) - start))
        self.end_headers()
        self.wfile.write(data[start:])

    def log_message(self, *arguments):
        pass


def test_ctrl_c_ends_waiting_for_a_camera(serve, film):
    server = serve({"door": film})
    code = f"""
import sightline
source = sightline.open_source({server.url("door")!r}, read_timeout_s=60)
for number, frame in enumerate(source):
    print(number, flush=True)
"""
    with subprocess.Popen(
        [sys.executable, "-c", code], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        assert process.stdout.readline() == b"0\n"
        server.faults["door"].stall = True
        time.sleep(0.5)
        os.kill(process.pid, signal.SIGINT)
        assert process.wait(10) != 0
        assert b"KeyboardInterrupt" in process.stderr.read()
