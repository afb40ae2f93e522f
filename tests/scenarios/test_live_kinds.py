"""Cameras that are no RTSP's: MJPEG and other streams over HTTP, HLS, RTMP; watched, lost and reached again."""

import functools
import http.server
import os
import threading

import numpy as np
import pytest
from tests.peers import web_video
from tests.peers.web_video import Playlists, RtmpCamera, WebCamera
from tests.support.live import events_of, images_of, run_until, watched, write_film
from tests.support.square import SIZE, Whiteness

import sightline

pytestmark = pytest.mark.slow

PATIENT = {"open_timeout_s": 15.0, "read_timeout_s": 5.0}
REACHED = {"open_timeout_s": 15.0}
"""libav wants to see some seconds of a stream before it says what is in it."""


@pytest.fixture(scope="module")
def film(tmp_path_factory):
    """The film of the falling square as a file; without ffmpeg its tests are skipped, or fail where all is required."""
    if why := web_video.missing():
        if os.environ.get("SIGHTLINE_REQUIRE_FIXTURES") == "1":
            pytest.fail(why)
        pytest.skip(why)
    path = tmp_path_factory.mktemp("film") / "film.mp4"
    write_film(path)
    return path


@pytest.fixture
def camera(film):
    camera = WebCamera(film)
    yield camera
    camera.close()


def watching(url, **options):
    return sightline.Pipeline(cameras=[watched(url, **options)], detector=Whiteness())


def crossings_of(steps):
    return [event for event in events_of(steps) if isinstance(event, sightline.LineCrossed)]


def crosses(count, *, epoch=None):
    return lambda steps: sum(epoch in (None, event.epoch) for event in crossings_of(steps)) >= count


def assert_right(steps, *, from_crossing=0):
    """Crossings go inward, three seconds apart within an epoch, apart from the first ones where these are left out; times grow."""
    crossings = crossings_of(steps)[from_crossing:]
    assert {event.direction for event in crossings} == {"in"}
    for epoch in {event.epoch for event in crossings}:
        times_s = [event.pts_ns / 1e9 for event in crossings if event.epoch == epoch]
        assert np.diff(times_s) == pytest.approx(3.0, abs=0.4)
    images = images_of(steps)
    assert min(np.diff([image.pts_ns for image in images])) > 0
    assert images[0].tracks.size_px == SIZE


class TestACameraOverHttp:
    @pytest.mark.parametrize("form", list(web_video.CONTENT_TYPES))
    def test_is_watched_whatever_it_sends(self, camera, form):
        # Bare pictures have no times, and libav reads five seconds of them before it gives the first one: these are squeezed.
        squeezed = 2 if form in ("mjpeg", "h264") else 0
        with watching(camera.url(form), **PATIENT) as pipeline:
            steps = run_until(pipeline, crosses(3 + squeezed))
            assert pipeline.connection().reconnects == 0
        assert_right(steps, from_crossing=squeezed)

    @pytest.mark.parametrize("form", ["mpjpeg", "mpegts"])
    def test_that_ends_its_stream_is_reached_again(self, camera, form):
        with watching(camera.url(form), **REACHED) as pipeline:
            before = run_until(pipeline, crosses(1))
            camera.cut()
            after = run_until(pipeline, crosses(2, epoch=1))
            connection = pipeline.connection()
        assert connection.reconnects == 1
        assert "ended the stream" in connection.last_error
        assert_right(before + after)

    @pytest.mark.parametrize("form", ["mpjpeg", "mpegts"])
    def test_that_falls_silent_is_reached_again(self, camera, form):
        with watching(camera.url(form), **REACHED) as pipeline:
            before = run_until(pipeline, crosses(1))
            camera.stalled = True
            threading.Timer(3.0, lambda: setattr(camera, "stalled", False)).start()
            after = run_until(
                pipeline, lambda steps: pipeline.connection().reconnects > 0 and crosses(2)(steps)
            )
            assert "no picture" in pipeline.connection().last_error
        assert_right(before + after)

    def test_that_falls_silent_while_it_is_reached_is_tried_again(self, camera):
        with watching(camera.url("mpegts"), open_timeout_s=3.0) as pipeline:
            threading.Timer(1.0, lambda: setattr(camera, "stalled", True)).start()
            threading.Timer(5.0, lambda: setattr(camera, "stalled", False)).start()
            steps = run_until(pipeline, crosses(2))
            assert camera.connections > 1
        assert_right(steps)

    def test_that_has_no_such_stream_is_told(self, camera):
        with watching(camera.url("other")) as pipeline:
            with pytest.raises(AssertionError):
                run_until(pipeline, crosses(1), seconds=2)
            assert "there is no such stream (404)" in pipeline.connection().last_error


class TestPlaylists:
    @pytest.fixture
    def folder(self, tmp_path):
        return tmp_path

    @pytest.fixture
    def url(self, folder):
        handler = functools.partial(Quiet, directory=folder)
        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_address[1]}/live.m3u8"
        server.shutdown()
        server.server_close()
        thread.join()

    def test_are_followed(self, film, folder, url):
        playlists = Playlists(film, folder)
        try:
            with watching(url, **PATIENT) as pipeline:
                steps = run_until(pipeline, crosses(3), seconds=40)
        finally:
            playlists.close()
        assert_right(steps)

    def test_that_stand_still_are_lost_and_come_again(self, film, folder, url):
        playlists = Playlists(film, folder)
        try:
            with watching(url, **PATIENT) as pipeline:
                before = run_until(pipeline, crosses(1), seconds=40)
                playlists.close()
                run_until_lost(pipeline)
                playlists = Playlists(film, folder)
                after = run_until(pipeline, lambda steps: images_of(steps) and crosses(2)(steps), seconds=60)
                assert pipeline.connection().reconnects >= 1
        finally:
            playlists.close()
        assert_right(before + after)


class TestACameraOverRtmp:
    @pytest.fixture
    def camera(self, film):
        camera = RtmpCamera(film)
        yield camera
        camera.kill()

    def test_is_watched(self, camera):
        with watching(camera.url, **PATIENT) as pipeline:
            steps = run_until(pipeline, crosses(3))
        assert_right(steps)

    def test_that_is_killed_and_comes_back_is_reached_again(self, camera):
        with watching(camera.url, **PATIENT) as pipeline:
            before = run_until(pipeline, crosses(1))
            camera.kill()
            camera.start()
            after = run_until(pipeline, crosses(2, epoch=1))
            assert pipeline.connection().reconnects == 1
        assert_right(before + after)


def run_until_lost(pipeline):
    """Take steps until the camera is lost, or wait for that while there are none."""
    lost = threading.Event()

    def look():
        while pipeline.connection().connected and not lost.wait(0.05):
            pass
        lost.set()

    threading.Thread(target=look, daemon=True).start()
    assert lost.wait(60)


class Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *arguments):
        pass
