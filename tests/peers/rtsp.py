"""An RTSP server on loopback that plays films for ever and fails on demand, as cameras do (RFC 2326, 2617)."""

import asyncio
import base64
import contextlib
import hashlib
import re
import secrets
import socket
import struct
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from tests.peers import rtp
from tests.peers.mp4 import Film

_REALM = "camera"


@dataclass
class Fault:
    """What is wrong with the server just now.

    Attributes:
        stall: Whether connections stay open and nothing is sent.
        garbage: Whether packets carry nonsense.
        forward_s: Seconds by which the clock of the pictures jumps, once.
        lose: So many of the next packets get lost.
        cut_in_picture: Whether the connection ends in the middle of the next picture's packet, once. Over TCP.
        stamps: What times the pictures have: those of a clock that works, always the same, ever earlier ones, or any.
    """

    stall: bool = False
    garbage: bool = False
    forward_s: float = 0.0
    lose: int = 0
    cut_in_picture: bool = False
    stamps: Literal["right", "constant", "backward", "random"] = "right"


@dataclass(frozen=True)
class Clock:
    """What a camera says in its sender reports of when its pictures were taken.

    Attributes:
        ahead_s: By how much its clock is ahead.
        silent_s: For how long after the start it sends none.
        every_s: How far apart reports are.
    """

    ahead_s: float = 0.0
    silent_s: float = 0.0
    every_s: float = 0.5


@dataclass(frozen=True)
class Play:
    """A film that was played from its first picture to its last, not as the first of a connection, with nothing wrong meanwhile.

    Attributes:
        name: What was played.
        begun_s: When its first picture was sent, as `time.monotonic` has it.
    """

    name: str
    begun_s: float


class RtspServer:
    """Serves films under their names, each connection from its first picture on.

    Args:
        films: What is played, by name.
        fps: Pictures a second.
        auth: How who asks has to prove who they are, as `user` with `password`.
        port: 0 for any that is free.
        faults: What is wrong from the start, by name; of a server that comes back, what was wrong before.
        clock: What the sender reports say; none are sent when absent.
        delay_s: How long a picture lies around before it is sent.

    Attributes:
        taken_s: When the first picture of the latest connection was taken, seconds since 1970.
    """

    def __init__(
        self,
        films: Mapping[str, Film],
        *,
        fps: int = 10,
        auth: Literal["none", "basic", "digest"] = "none",
        user: str = "viewer",
        password: str = "",
        port: int = 0,
        faults: Mapping[str, Fault] | None = None,
        clock: Clock | None = None,
        delay_s: float = 0.0,
    ) -> None:
        self.films = dict(films)
        self.faults = {name: Fault() for name in films} | dict(faults or {})
        self.connections = 0
        self.plays: list[Play] = []
        self.clock, self.taken_s = clock, 0.0
        self._delay_s = delay_s
        self._fps, self._auth, self._user, self._password = fps, auth, user, password
        self._nonce = secrets.token_hex(8)
        self._clients: dict[asyncio.StreamWriter, str] = {}
        self._listener = socket.create_server(("127.0.0.1", port))
        self.port = self._listener.getsockname()[1]
        self._loop = asyncio.new_event_loop()
        self._ready = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()
        assert self._ready.wait(10)

    def url(self, name: str, *, user: str = "") -> str:
        return f"rtsp://{user}127.0.0.1:{self.port}/{name}"

    def cut(self, name: str | None = None) -> None:
        """Reset the connections that play a film, in the middle of whatever they are at; there are none after `close`."""
        if self._loop.is_closed():
            return
        self._loop.call_soon_threadsafe(self._abort, name)

    def close(self) -> None:
        """End as a killed process does: without a word. A second call does nothing."""
        if self._loop.is_closed():
            return
        self._loop.call_soon_threadsafe(self._abort, None)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)

    def _abort(self, name: str | None) -> None:
        for writer, playing in list(self._clients.items()):
            if name in (None, playing):
                linger = struct.pack("ii", 1, 0)
                writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
                writer.transport.abort()

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        server = self._loop.run_until_complete(asyncio.start_server(self._serve, sock=self._listener))
        self._ready.set()
        self._loop.run_forever()
        server.close()
        tasks = asyncio.all_tasks(self._loop)
        for task in tasks:
            task.cancel()
        self._loop.run_until_complete(asyncio.gather(*tasks, return_exceptions=True))
        self._loop.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        self._clients[writer] = ""
        session = _Session(self, reader, writer)
        try:
            await session.answer_all()
        except (ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass
        finally:
            session.end()
            self._clients.pop(writer, None)
            writer.close()
            with contextlib.suppress(OSError):
                await writer.wait_closed()

    def _is_allowed(self, method: str, header: str) -> bool:
        if self._auth == "none":
            return True
        if self._auth == "basic":
            word = base64.b64encode(f"{self._user}:{self._password}".encode()).decode()
            return header == f"Basic {word}"
        given = dict(re.findall(r'(\w+)="?([^",]*)"?', header))
        who = _md5(f"{self._user}:{_REALM}:{self._password}")
        what = _md5(f"{method}:{given.get('uri', '')}")
        return given.get("response") == _md5(f"{who}:{self._nonce}:{what}")

    @property
    def _challenge(self) -> str:
        if self._auth == "basic":
            return f'Basic realm="{_REALM}"'
        return f'Digest realm="{_REALM}", nonce="{self._nonce}", algorithm="MD5"'


@dataclass
class _Session:
    server: RtspServer
    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    udp: socket.socket | None = None
    reports_to: tuple[str, int] = ("", 0)
    playing: asyncio.Task[None] | None = None
    sequence: int = field(default_factory=lambda: secrets.randbelow(1 << 16))
    name: str = ""
    codec: str = ""

    def end(self) -> None:
        if self.playing:
            self.playing.cancel()
        if self.udp:
            self.udp.close()

    async def answer_all(self) -> None:
        while True:
            first = await self.reader.readexactly(1)
            if first == b"$":  # a report of the receiver
                _, length = struct.unpack(">BH", await self.reader.readexactly(3))
                await self.reader.readexactly(length)
                continue
            head = (first + await self.reader.readuntil(b"\r\n\r\n")).decode()
            line, *lines = head.strip().split("\r\n")
            if line.startswith("RTSP/"):  # garbage that looked like a request was answered
                continue
            method, uri, _ = line.split(" ")
            headers = {
                name.lower(): value.strip() for name, _, value in (text.partition(":") for text in lines)
            }
            self.name = uri.split("/", 3)[3].split("/")[0]
            self.server._clients[self.writer] = self.name
            status, answer, body = self._answer(method, uri, headers)
            answer = {"CSeq": headers.get("cseq", "0"), **answer}
            if body:
                answer["Content-Length"] = str(len(body))
            text = "".join(f"{name}: {value}\r\n" for name, value in answer.items())
            self.writer.write(f"RTSP/1.0 {status}\r\n{text}\r\n{body}".encode())
            await self.writer.drain()
            if method == "PLAY" and status == "200 OK":
                self.playing = asyncio.create_task(self._play())
            if method == "TEARDOWN":
                return

    def _answer(self, method: str, uri: str, headers: dict[str, str]) -> tuple[str, dict[str, str], str]:
        server = self.server
        if method == "OPTIONS":
            return "200 OK", {"Public": "OPTIONS, DESCRIBE, SETUP, PLAY, TEARDOWN"}, ""
        if not server._is_allowed(method, headers.get("authorization", "")):
            return "401 Unauthorized", {"WWW-Authenticate": server._challenge}, ""
        if self.name not in server.films:
            return "404 Not Found", {}, ""
        if method == "DESCRIBE":
            film = server.films[self.name]
            self.codec = film.codec
            headers = {"Content-Type": "application/sdp", "Content-Base": f"{uri}/"}
            return "200 OK", headers, rtp.description(film)
        if method == "SETUP":
            return self._set_up(headers["transport"])
        return "200 OK", {"Session": "1"}, ""

    def _set_up(self, transport: str) -> tuple[str, dict[str, str], str]:
        ports = re.search(r"client_port=(\d+)-", transport)
        if ports is None:
            return "200 OK", {"Transport": "RTP/AVP/TCP;unicast;interleaved=0-1", "Session": "1"}, ""
        self.udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.udp.bind(("127.0.0.1", 0))
        self.udp.connect(("127.0.0.1", int(ports[1])))
        self.reports_to = "127.0.0.1", int(ports[1]) + 1
        mine = self.udp.getsockname()[1]
        value = f"RTP/AVP;unicast;client_port={ports[1]}-{int(ports[1]) + 1};server_port={mine}-{mine + 1}"
        return "200 OK", {"Transport": value, "Session": "1"}, ""

    async def _play(self) -> None:
        server, fault = self.server, self.server.faults[self.name]
        start, clock, number = time.monotonic(), secrets.randbelow(1 << 31), 0
        begun_s, begun_with, calm = start, None, False
        server.taken_s, reported_s = time.time(), float("-inf")  # noqa: TID251 - what a camera's clock says
        with contextlib.suppress(ConnectionError):
            while True:
                due_s = start + number / server._fps + server._delay_s
                await asyncio.sleep(max(0.0, due_s - time.monotonic()))
                film = server.films[self.name]
                turn, place = divmod(number, len(film.pictures))
                if place == 0:
                    if calm:
                        server.plays.append(Play(self.name, begun_s))
                    begun_s, begun_with, calm = time.monotonic(), film, turn > 0
                calm = calm and fault == Fault() and film is begun_with and film.codec == self.codec
                clock, fault.forward_s = clock + round(fault.forward_s * rtp.CLOCK), 0.0
                passed_s, says = time.monotonic() - start, server.clock
                if says and passed_s >= max(says.silent_s, reported_s + says.every_s):
                    reported_s = passed_s
                    at_s = server.taken_s + passed_s + says.ahead_s
                    self._report(rtp.report(at_s, clock + round(passed_s * rtp.CLOCK)))
                if not fault.stall:
                    shown = turn * len(film.pictures) + film.ticks[place]
                    self._send(film, place, fault, clock, shown * rtp.CLOCK // server._fps)
                    await self.writer.drain()
                number += 1

    def _send(self, film: Film, place: int, fault: Fault, clock: int, shown: int) -> None:
        stamp = {
            "right": clock + shown,
            "constant": clock,
            "backward": clock - shown,
            "random": secrets.randbelow(1 << 32),
        }[fault.stamps]
        payloads = rtp.payloads(film, place)
        if fault.garbage:
            payloads = [secrets.token_bytes(len(payload)) for payload in payloads]
        for payload in payloads:
            packet = rtp.packet(payload, sequence=self.sequence, stamp=stamp, last=payload is payloads[-1])
            self.sequence += 1
            if self.writer.is_closing():
                raise ConnectionAbortedError
            if fault.lose:
                fault.lose -= 1
                continue
            if self.udp:
                self.udp.send(packet)
            elif fault.cut_in_picture:
                fault.cut_in_picture = False
                self.writer.write(rtp.interleaved(packet)[: len(packet) // 2])
                self.writer.close()
                raise ConnectionAbortedError
            else:
                self.writer.write(rtp.interleaved(packet))

    def _report(self, report: bytes) -> None:
        if self.udp:
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as control:
                control.sendto(report, self.reports_to)
        else:
            self.writer.write(rtp.interleaved(report, channel=1))


def _md5(text: str) -> str:
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()
