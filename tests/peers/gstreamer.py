"""GStreamer's RTSP server on loopback, from Debian's packages, in a process of its own that can be killed and paused."""

import signal
import socket
import struct
import subprocess
import time
from collections.abc import Mapping
from pathlib import Path

from tests.peers.mp4 import Film

PYTHON = Path("/usr/bin/python3")
_SERVER = Path(__file__).with_name("gstreamer_server.py")
_ASK = """
import gi
gi.require_version("Gst", "1.0")
gi.require_version("GstRtspServer", "1.0")
from gi.repository import Gst
Gst.init(None)
print(*[name for name in ("appsrc", "h264parse", "rtph264pay", "rtpbin", "udpsink") if Gst.ElementFactory.find(name) is None])
"""


def missing() -> str | None:
    """Why there is no such server here, or `None` where there is."""
    if not PYTHON.is_file():
        return f"no {PYTHON}"
    asked = subprocess.run([PYTHON, "-c", _ASK], capture_output=True, text=True, check=False)
    if asked.returncode or asked.stdout.strip():
        told = (asked.stderr.strip().splitlines() or [f"no {asked.stdout.strip()}"])[-1]
        return f"no RTSP server of GStreamer ({told}); deploy/setup.sh --tools installs it"
    return None


class GStreamerServer:
    """Serves films of H.264 under their names; who comes to a name that is played sees what all others there see.

    Args:
        films: What is played, by name.
        folder: Where it may put files.
        fps: Pictures a second.
    """

    def __init__(self, films: Mapping[str, Film], folder: Path, *, fps: int = 10) -> None:
        self.port = _free_port()
        arguments = []
        for name, film in films.items():
            path = folder / f"{name}.pictures"
            path.write_bytes(b"".join(_packed(film)))
            arguments.append(f"{name}={path}")
        self._command = [PYTHON, _SERVER, str(self.port), str(fps), *arguments]
        self._process: subprocess.Popen[str] | None = None
        self.start()

    def url(self, name: str) -> str:
        return f"rtsp://127.0.0.1:{self.port}/{name}"

    def start(self) -> None:
        """Start it, also again after it was killed; return once it listens."""
        self._process = subprocess.Popen(self._command, stdout=subprocess.PIPE, text=True)
        assert self._process.stdout is not None
        assert self._process.stdout.readline() == "ready\n"
        until_s = time.monotonic() + 10
        while time.monotonic() < until_s:
            with socket.socket() as attempt:
                if attempt.connect_ex(("127.0.0.1", self.port)) == 0:
                    return
            time.sleep(0.05)
        raise AssertionError("GStreamer's server does not listen")

    def kill(self) -> None:
        """End it as a power cut does. A second call does nothing."""
        if self._process is not None:
            self._process.kill()
            self._process.communicate()
            self._process = None

    def pause(self) -> None:
        """Let it do nothing, while its connections stay open."""
        assert self._process is not None
        self._process.send_signal(signal.SIGSTOP)

    def go_on(self) -> None:
        assert self._process is not None
        self._process.send_signal(signal.SIGCONT)


def _packed(film: Film):
    for place, units in enumerate(film.pictures):
        with_parameters = [*film.parameters, *units] if place == 0 else units
        data = b"".join(b"\0\0\0\1" + unit for unit in with_parameters)
        yield struct.pack(">II", len(data), film.ticks[place]) + data


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return found.getsockname()[1]
