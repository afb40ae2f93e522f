"""What time it was when a camera saw something: by its own clock, by ours, and which of them is believed."""

import itertools
import re
from datetime import datetime

import pytest
from tests.peers.rtsp import Clock, RtspServer
from tests.scenarios.test_live import QUICK, events_of, run_until, watched
from tests.unit.test_pipeline import Whiteness

import sightline
from sightline.errors import SourceError

FPS = 10
SECOND = 1_000_000_000


@pytest.fixture
def serve(film):
    """Starts cameras, which end with the test."""
    servers = []

    def start(**options):
        servers.append(RtspServer({"door": film}, fps=FPS, **options))
        return servers[-1]

    yield start
    for server in servers:
        server.close()


def frames_of(server, count, **options):
    source = sightline.open_source(server.url("door"), fps=None, **{**QUICK, **options})
    return list(itertools.islice(source, count))


def late_s(server, frames):
    """How much later than it was taken each picture says it was taken."""
    return [frame.captured_at_ns / SECOND - taken_s(server, frame.pts_ns) for frame in frames]


def taken_s(server, pts_ns):
    """When a moment was: FFmpeg loses the time of the first picture of a connection, so that times count from the second."""
    return server.taken_s + 1 / FPS + pts_ns / SECOND


def happened_late_s(server, event):
    return datetime.fromisoformat(event.time).timestamp() - taken_s(server, event.pts_ns)


class TestACameraThatSendsItsClock:
    @pytest.mark.parametrize("transport", ["tcp", "udp"])
    def test_says_when_pictures_were_taken_however_long_they_lay_around(self, serve, transport):
        server = serve(clock=Clock(), delay_s=0.5)
        late = late_s(server, frames_of(server, 8, transport=transport))
        assert max(map(abs, late)) < 0.002

    def test_is_believed_once_it_does_and_time_goes_on_a_little_slower_until_then(self, serve):
        server = serve(clock=Clock(silent_s=1.0), delay_s=0.2)
        late = late_s(server, frames_of(server, 30))
        assert 0.2 <= late[0] < 3.0
        made_up_s = [before - after for before, after in itertools.pairwise(late)]
        a_tenth_s = 0.1 / FPS
        assert max(made_up_s) < a_tenth_s + 0.001
        assert made_up_s[-5:] == pytest.approx([a_tenth_s] * 5, abs=0.001)

    def test_and_whose_clock_is_off_is_told_by_how_much_and_not_believed(self, serve):
        server = serve(clock=Clock(ahead_s=-7.5), delay_s=0.5)
        with sightline.Pipeline(cameras=[watched(server.url("door"))], detector=Whiteness()) as pipeline:
            steps = run_until(pipeline, lambda _: pipeline.connection().warnings > 0)
            steps += run_until(pipeline, lambda steps: len(events_of(steps)) >= 1)
            connection = pipeline.connection()
        assert -0.01 < happened_late_s(server, events_of(steps)[0]) < 3.0
        assert connection.clock == "arrival"
        assert -9.0 < connection.clock_offset_ns / SECOND <= -7.5
        assert re.search(r"the camera's clock is [78].\d s behind this machine's", connection.last_warning)
        assert connection.warnings == 1

    def test_gives_its_events_the_time_at_which_they_happened(self, serve):
        server = serve(clock=Clock(), delay_s=0.5)
        with sightline.Pipeline(cameras=[watched(server.url("door"))], detector=Whiteness()) as pipeline:
            steps = run_until(pipeline, lambda steps: len(events_of(steps)) >= 1)
            connection = pipeline.connection()
        assert abs(happened_late_s(server, events_of(steps)[0])) < 0.005
        assert connection.clock == "camera"
        assert -1.5 < connection.clock_offset_ns / SECOND <= -0.5
        # Who the camera is in its events' ids stays what it was when it was reached.
        assert connection.started_at_ns / SECOND - server.taken_s > 0.4

    def test_is_followed_wherever_that_leads_where_that_is_asked_for(self, serve):
        server = serve(clock=Clock(ahead_s=-3600.0))
        late = late_s(server, frames_of(server, 8, clock="camera"))
        assert late == pytest.approx([-3600.0] * 8, abs=0.002)

    def test_is_not_asked_where_arrival_is_to_tell(self, serve):
        server = serve(clock=Clock(), delay_s=0.3)
        late = late_s(server, frames_of(server, 8, clock="arrival"))
        assert all(0.3 <= seconds < 3.0 for seconds in late)

    def test_is_measured_anew_when_it_is_reached_again(self, serve):
        server = serve(clock=Clock(), delay_s=0.3)
        source = iter(sightline.open_source(server.url("door"), fps=None, **QUICK))
        next(source)
        server.clock = Clock(ahead_s=-60.0)
        server.cut()
        frame = next(frame for frame in source if frame.epoch == 1)
        assert 0.0 < frame.captured_at_ns / SECOND - server.taken_s < 3.0


class TestACameraWithoutAClock:
    def test_is_timed_by_arrival(self, serve):
        server = serve()
        with sightline.Pipeline(cameras=[watched(server.url("door"))], detector=Whiteness()) as pipeline:
            run_until(pipeline, lambda steps: len(steps) >= 3)
            connection = pipeline.connection()
        assert (connection.clock, connection.clock_offset_ns) == ("arrival", None)

    def test_shows_its_counters_while_it_runs(self, serve):
        server = serve()
        source = sightline.open_source(server.url("door"), fps=2, **QUICK)
        camera = sightline.Camera(source, sightline.Scene())
        with sightline.Pipeline(cameras=[camera], detector=Whiteness()) as pipeline:
            run_until(pipeline, lambda steps: len(steps) >= 3)
            connection = pipeline.connection()
        assert connection.frames_decoded + connection.frames_gated >= 10
        assert connection.frames_gated >= 6
        assert (connection.packets_lost, connection.warnings, connection.last_warning) == (0, 0, None)

    def test_whose_packets_get_lost_shows_how_many(self, serve):
        server = serve()
        camera = watched(server.url("door"), transport="udp")
        with sightline.Pipeline(cameras=[camera], detector=Whiteness()) as pipeline:
            run_until(pipeline, lambda steps: len(steps) >= 3)
            server.faults["door"].lose = 7
            run_until(pipeline, lambda _: pipeline.connection().packets_lost == 7)
            connection = pipeline.connection()
        assert connection.warnings > 0
        assert connection.connected


def test_a_clock_that_nobody_has_is_refused(film):
    with pytest.raises(ValueError, match="clock: expected auto, arrival or camera, found sundial"):
        next(iter(sightline.open_source("rtsp://127.0.0.1:1/door", clock="sundial")))
    with pytest.raises(SourceError):
        next(iter(sightline.open_source("rtsp://127.0.0.1:1/door", clock="camera")))
