"""Debian's GStreamer RTSP server, playing films for ever: run by the system's Python, which has the bindings.

Usage: gstreamer_server.py PORT PICTURES_A_SECOND NAME=FILE… ; a file has pictures one after the other, each with its length, when it
is shown (in frames, as `ticks` of a `Film`), and its units of H.264 in byte-stream format.
"""

import struct
import sys
from pathlib import Path

import gi

gi.require_version("Gst", "1.0")
gi.require_version("GstRtspServer", "1.0")
from gi.repository import GLib, Gst, GstRtspServer  # noqa: E402 - versions are asked for first

LAUNCH = (
    "( appsrc name=film is-live=true format=time caps=video/x-h264,stream-format=byte-stream,alignment=au,framerate={fps}/1"
    " ! h264parse config-interval=-1 ! rtph264pay name=pay0 pt=96 config-interval=0 aggregate-mode=zero-latency )"
)
REORDERED = 2


def pictures_of(path: Path) -> list[tuple[int, bytes]]:
    data, at, found = path.read_bytes(), 0, []
    while at < len(data):
        length, shown = struct.unpack_from(">II", data, at)
        found.append((shown, data[at + 8 : at + 8 + length]))
        at += 8 + length
    return found


class Player:
    """Feeds one pipeline, which all clients of a name share, from the first picture on."""

    def __init__(self, media, pictures: list[tuple[int, bytes]], fps: int) -> None:
        self._source = media.get_element().get_by_name("film")
        self._pictures, self._fps, self._number = pictures, fps, 0
        self._timer = GLib.timeout_add(1000 // fps, self._push)
        media.connect("unprepared", self._end)

    def _push(self) -> bool:
        turn, place = divmod(self._number, len(self._pictures))
        shown, data = self._pictures[place]
        buffer = Gst.Buffer.new_wrapped(data)
        frame = Gst.SECOND // self._fps
        buffer.pts = (turn * len(self._pictures) + shown + REORDERED) * frame
        buffer.dts = self._number * frame
        buffer.duration = frame
        self._number += 1
        if self._source.emit("push-buffer", buffer) != Gst.FlowReturn.OK:
            self._timer = 0
        return bool(self._timer)

    def _end(self, _media) -> None:
        if self._timer:
            GLib.source_remove(self._timer)
            self._timer = 0


def main(port: str, fps: str, *films: str) -> None:
    Gst.init(None)
    server = GstRtspServer.RTSPServer()
    server.set_address("127.0.0.1")
    server.set_service(port)
    players = []
    for name, _, path in (film.partition("=") for film in films):
        pictures = pictures_of(Path(path))
        factory = GstRtspServer.RTSPMediaFactory()
        factory.set_launch(LAUNCH.format(fps=fps))
        factory.set_shared(True)
        factory.connect(
            "media-configure",
            lambda _, media, pictures: players.append(Player(media, pictures, int(fps))),
            pictures,
        )
        server.get_mount_points().add_factory(f"/{name}", factory)
    server.attach(None)
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    GLib.MainLoop().run()


if __name__ == "__main__":
    main(*sys.argv[1:])
