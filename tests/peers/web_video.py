"""Video over HTTP and RTMP on loopback, coded by ffmpeg as it goes: what cameras besides RTSP's give."""

import http.server
import shutil
import socket
import subprocess
import threading
import time
from pathlib import Path

CONTENT_TYPES = {
    "mpjpeg": "multipart/x-mixed-replace; boundary=ffmpeg",
    "mjpeg": "video/x-motion-jpeg",
    "mpegts": "video/mp2t",
    "flv": "video/x-flv",
    "matroska": "video/x-matroska",
    "h264": "video/h264",
}
"""How ffmpeg writes a stream, and what a server calls it."""


def missing() -> str | None:
    """Why this cannot be had here, or `None`."""
    return None if shutil.which("ffmpeg") else "no ffmpeg; deploy/setup.sh --tools installs it"


def _command(film: Path, *output: str) -> list[str]:
    """ffmpeg playing a film for ever, as fast as it was filmed; a key frame each second where there are others."""
    jpeg = any("jpeg" in word for word in output)
    coding = "-c:v mjpeg -q:v 3" if jpeg else "-c:v libx264 -g 10 -bf 0 -preset ultrafast"
    playing = f"ffmpeg -nostdin -loglevel error -re -stream_loop -1 -i {film} {coding} -flush_packets 1"
    return [*playing.split(), *output]


class WebCamera:
    """A camera with a web server: `/FORMAT` is a stream that has no end, each from the film's first picture on.

    Attributes:
        connections: How many have asked for a stream so far.
        stalled: Whether connections stay open and nothing is sent.
    """

    def __init__(self, film: Path) -> None:
        self.connections, self.stalled = 0, False
        self._playing: list[subprocess.Popen[bytes]] = []
        camera = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                camera._stream(film, self)

            def log_message(self, *_: object) -> None:
                pass

        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self._thread.start()

    def url(self, form: str) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}/{form}"

    def _stream(self, film: Path, asked: http.server.BaseHTTPRequestHandler) -> None:
        form = asked.path.lstrip("/")
        if form not in CONTENT_TYPES:
            asked.send_error(404)
            return
        self.connections += 1
        asked.send_response(200)
        asked.send_header("Content-Type", CONTENT_TYPES[form])
        asked.end_headers()
        with subprocess.Popen(_command(film, "-f", form, "-"), stdout=subprocess.PIPE) as player:
            self._playing.append(player)
            assert player.stdout is not None
            try:
                while data := player.stdout.read1(1 << 16):
                    while self.stalled:
                        time.sleep(0.02)
                    asked.wfile.write(data)
            except OSError:
                pass
            finally:
                player.kill()
                self._playing.remove(player)

    def cut(self) -> None:
        """End the streams that are played."""
        for player in list(self._playing):
            player.kill()

    def close(self) -> None:
        self.stalled = False
        self.cut()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


class Playlists:
    """Writes HLS into a folder, segment by segment, as a media server does.

    Args:
        film: What is played for ever.
        folder: Where `live.m3u8` and its segments of a second are.
    """

    def __init__(self, film: Path, folder: Path) -> None:
        options = ("-f", "hls", "-hls_time", "1", "-hls_list_size", "5", "-hls_flags", "delete_segments")
        self._process = subprocess.Popen(_command(film, *options, str(folder / "live.m3u8")))
        until_s = time.monotonic() + 20
        while not (folder / "live.m3u8").is_file():
            assert time.monotonic() < until_s, "ffmpeg writes no playlist"
            time.sleep(0.05)

    def close(self) -> None:
        self._process.kill()
        self._process.wait()


class RtmpCamera:
    """Plays a film over RTMP for one client at a time; whoever comes sees it from its first picture on."""

    def __init__(self, film: Path) -> None:
        with socket.socket() as found:
            found.bind(("127.0.0.1", 0))
            self.url = f"rtmp://127.0.0.1:{found.getsockname()[1]}/live/door"
        self._command = _command(film, "-f", "flv", "-listen", "1", self.url)
        self._process: subprocess.Popen[bytes] | None = None
        self.start()

    def start(self) -> None:
        """Wait for a client; one that comes too early is refused, and comes again."""
        self._process = subprocess.Popen(self._command)

    def kill(self) -> None:
        """End in the middle of whatever it is at. A second call does nothing."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None
