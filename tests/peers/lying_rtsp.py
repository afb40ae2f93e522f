"""An RTSP server that lies: each connection is told something wrong at some point, and a seed says what."""

import contextlib
import random
import socket
import socketserver
import struct
import threading
import time
from collections import Counter
from typing import TYPE_CHECKING

from tests.peers import rtp
from tests.peers.mp4 import Film

if TYPE_CHECKING:
    from collections.abc import Callable

_LONGEST_S = 4.0
_CODECS = (
    *("H264", "H265", "MP4V-ES", "JPEG", "VP8", "VP9", "AV1", "H263-1998", "MPV", "MP2T", "theora", "vorbis"),
    *(
        "X-QT",
        "X-PN-REALAUDIO",
        "MPEG4-GENERIC",
        "H261",
        "raw",
        "DV",
        "mpeg4-generic",
        "vnd.onvif.metadata",
        "",
    ),
)
_WORDS = (
    *(
        "0",
        "-1",
        "1",
        "255",
        "65535",
        "65536",
        "4294967295",
        "4294967296",
        "99999999999999999999",
        "1e9",
        "nan",
    ),
    *("", " ", ";", "=", "/", ":", "%s%n%x", "../../..", "\0", "é", "A" * 5000, "1-0", "0-0", "*", "{", "\t"),
)


class LyingRtspServer:
    """Serves one film as `/anything`, and lies to everybody about something else.

    Args:
        film: What is played where it comes to that.
        seed: Repeats the lies, in the order in which connections come.

    Attributes:
        told: How often each lie was told.
    """

    def __init__(self, film: Film, seed: int) -> None:
        self.film, self.seed = film, seed
        self.told: Counter[str] = Counter()
        self._count = 0
        self._lock = threading.Lock()
        lying = self

        class Handler(socketserver.BaseRequestHandler):
            def handle(self) -> None:
                with contextlib.suppress(OSError, UnicodeDecodeError):
                    _Liar(lying, self.request, lying._chance()).answer_all()

        class Server(socketserver.ThreadingTCPServer):
            daemon_threads = True
            allow_reuse_address = True

        self._server = Server(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self._thread.start()

    def url(self, name: str) -> str:
        return f"rtsp://127.0.0.1:{self._server.server_address[1]}/{name}"

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def tell(self, lie: str) -> None:
        with self._lock:
            self.told[lie] += 1

    def _chance(self) -> random.Random:
        with self._lock:
            self._count += 1
            return random.Random(f"{self.seed}/{self._count}")  # noqa: S311 - lies, which the seed repeats


class _Liar:
    """One connection: honest until the method, or the packets, that its lie is about."""

    def __init__(self, server: LyingRtspServer, connection: socket.socket, chance: random.Random) -> None:
        self._server, self._connection, self._chance = server, connection, chance
        self._until_s = time.monotonic() + _LONGEST_S
        connection.settimeout(_LONGEST_S)
        answers: dict[str, Callable[[str, str], bool]] = {
            "random bytes": self._random_bytes,
            "headers without end": self._headers_without_end,
            "a line without end": self._line_without_end,
            "a wrong length": self._wrong_length,
            "a redirect to itself": self._redirect,
            "another status": self._another_status,
            "headers of nonsense": self._nonsense_headers,
            "answers out of order": self._out_of_order,
            "an answer cut short": self._cut_short,
            "pictures before the answer": self._pictures_first,
        }
        described: dict[str, Callable[[], str]] = {
            "a description of nonsense": self._nonsense_description,
            "a description of many streams": self._many_streams,
            "a description of another codec": self._another_codec,
            "a damaged description": self._damaged_description,
        }
        played: dict[str, Callable[[bytes], bytes]] = {
            "wrong channels": self._wrong_channel,
            "wrong lengths": self._wrong_packet_length,
            "damaged packets": self._damaged,
            "packets of garbage": self._garbage,
            "reports of garbage": self._report,
            "packets out of order": self._shuffled,
            "bytes between packets": lambda data: self._bytes(200) + data,
        }
        self._answers, self._described, self._played = answers, described, played
        self._lie = chance.choice([*answers, *described, *described, *played, *played])
        self._about = chance.choice(["OPTIONS", "DESCRIBE", "DESCRIBE", "SETUP", "PLAY"])
        self._held: list[bytes] = []
        server.tell(self._lie)

    def answer_all(self) -> None:
        pending = b""
        while time.monotonic() < self._until_s:
            data = self._connection.recv(4096)
            if not data:
                return
            pending += data
            while b"\r\n\r\n" in pending:
                head, _, pending = pending.partition(b"\r\n\r\n")
                if not self._answer(head[max(head.rfind(b"RTSP/1.0") - 500, 0) :].decode("latin-1")):
                    return

    def _answer(self, head: str) -> bool:
        """Answer a request; return whether to go on."""
        line, *lines = head.strip().split("\r\n")
        method = line.split(" ")[0]
        number = next((text.split(":")[1].strip() for text in lines if text.lower().startswith("cseq")), "0")
        if self._lie in self._answers and method == self._about:
            return self._answers[self._lie](number, line)
        if method == "DESCRIBE":
            body = self._described.get(self._lie, lambda: rtp.description(self._server.film))()
            self._reply(number, {"Content-Type": "application/sdp"}, body)
        elif method == "SETUP":
            transport = "RTP/AVP/TCP;unicast;interleaved=0-1"
            self._reply(number, {"Transport": transport, "Session": "1"})
        else:
            self._reply(number, {"Session": "1", "Public": "OPTIONS, DESCRIBE, SETUP, PLAY, TEARDOWN"})
        if method == "PLAY":
            self._play()
            return False
        return method != "TEARDOWN"

    def _reply(self, number: str, headers: dict[str, str], body: str = "", status: str = "200 OK") -> None:
        told = {"CSeq": number, "Content-Length": str(len(body.encode("latin-1", "replace"))), **headers}
        head = "".join(f"{name}: {value}\r\n" for name, value in told.items())
        self._connection.sendall(f"RTSP/1.0 {status}\r\n{head}\r\n{body}".encode("latin-1", "replace"))

    def _play(self) -> None:
        film, change = self._server.film, self._played.get(self._lie, lambda data: data)
        sequence = self._chance.randrange(1 << 16)
        for number in range(10_000):
            if time.monotonic() > self._until_s:
                return
            turn, place = divmod(number, len(film.pictures))
            stamp = (turn * len(film.pictures) + film.ticks[place]) * rtp.CLOCK // 10
            payloads = rtp.payloads(film, place)
            for payload in payloads:
                packet = rtp.packet(payload, sequence=sequence, stamp=stamp, last=payload is payloads[-1])
                sequence += 1
                is_lie = self._chance.random() < 0.3
                self._connection.sendall(change(packet) if is_lie else rtp.interleaved(packet))
            time.sleep(0.02)

    def _bytes(self, most: int) -> bytes:
        return self._chance.randbytes(self._chance.randrange(1, most))

    def _random_bytes(self, _number: str, _line: str) -> bool:
        for _ in range(self._chance.randrange(1, 50)):
            self._connection.sendall(self._bytes(20_000))
        return self._chance.random() < 0.5

    def _headers_without_end(self, _number: str, _line: str) -> bool:
        self._connection.sendall(b"RTSP/1.0 200 OK\r\n")
        while time.monotonic() < self._until_s:
            self._connection.sendall(b"".join(b"X-%d: %s\r\n" % (n, b"y" * 50) for n in range(500)))
        return False

    def _line_without_end(self, _number: str, _line: str) -> bool:
        while time.monotonic() < self._until_s:
            self._connection.sendall(b"RTSP/1.0" * 5000)
        return False

    def _wrong_length(self, number: str, _line: str) -> bool:
        length = self._chance.choice(["99999999", "2147483647", "4294967295", "-5", "7", "0", "x", "", "1 2"])
        body = rtp.description(self._server.film)
        self._reply(number, {"Content-Type": "application/sdp", "Content-Length": length}, body)
        if self._chance.random() < 0.5:
            with contextlib.suppress(OSError):
                for _ in range(200):
                    self._connection.sendall(b"z" * 10_000)
        return True

    def _redirect(self, number: str, line: str) -> bool:
        address = line.split(" ")[1]
        status = self._chance.choice(["301 Moved", "302 Found", "303 See Other", "305 Use Proxy"])
        address = self._chance.choice(
            [address, address, "rtsp://127.0.0.1:1/", "file:///etc/passwd", "rtsp://", ""]
        )
        self._reply(number, {"Location": address}, status=status)
        return True

    def _another_status(self, number: str, _line: str) -> bool:
        status = self._chance.choice(
            [
                "100 Continue",
                "401 Unauthorized",
                "401 Unauthorized",
                "404 No",
                "454 No",
                "461 No",
                "500 No",
                "999 ?",
                "-1 ?",
                "x y",
            ]
        )
        word = self._chance.choice(_WORDS)
        told = self._chance.choice(
            [f'Digest realm="{word}", nonce="{word}", algorithm="{word}"', f'Basic realm="{word}"', word]
        )
        self._reply(number, {"WWW-Authenticate": told.replace("\0", "")}, status=status)
        return True

    def _nonsense_headers(self, number: str, _line: str) -> bool:
        word = self._chance.choice
        headers = {
            "Transport": f"RTP/AVP{word(['/TCP', '/UDP', '', word(_WORDS)])};interleaved={word(_WORDS)}-{word(_WORDS)};"
            f"server_port={word(_WORDS)};client_port={word(_WORDS)};destination={word(_WORDS)};ttl={word(_WORDS)};ssrc={word(_WORDS)}",
            "Session": f"{word(_WORDS)};timeout={word(_WORDS)}",
            "RTP-Info": f"url={word(_WORDS)};seq={word(_WORDS)};rtptime={word(_WORDS)}",
            "Range": f"npt={word(_WORDS)}-{word(_WORDS)}",
            "Content-Base": word(_WORDS),
            "Public": word(_WORDS),
            "Server": word(["RealServer", "WMServer/9.1", "Kasenna", word(_WORDS)]),
            "X-Accept-Dynamic-Rate": word(_WORDS),
            "RealChallenge1": word(_WORDS),
        }
        body = rtp.description(self._server.film) if self._about == "DESCRIBE" else ""
        self._reply(
            number, {name: value for name, value in headers.items() if self._chance.random() < 0.7}, body
        )
        return True

    def _out_of_order(self, number: str, _line: str) -> bool:
        for wrong in (int(number) + 1, int(number) - 1, 0, int(number)):
            self._reply(str(wrong), {"Session": str(wrong)}, rtp.description(self._server.film))
        return True

    def _cut_short(self, _number: str, _line: str) -> bool:
        answer = f"RTSP/1.0 200 OK\r\nCSeq: 1\r\nContent-Length: 500\r\n\r\n{rtp.description(self._server.film)}".encode()
        self._connection.sendall(answer[: self._chance.randrange(len(answer))])
        return False

    def _pictures_first(self, number: str, _line: str) -> bool:
        for channel in (0, 1, 2, 200):
            self._connection.sendall(rtp.interleaved(self._bytes(3000), channel))
        self._reply(number, {"Session": "1"}, rtp.description(self._server.film))
        return True

    def _nonsense_description(self) -> str:
        kinds = "vosiuepcbtrzkam"
        names = [
            "rtpmap:96 ",
            "fmtp:96 ",
            "control:",
            "framesize:96 ",
            "range:npt=",
            "SampleRate:",
            "x-dimensions:",
            "framerate:",
        ]
        lines = ["v=0", "m=video 0 RTP/AVP 96"]
        for _ in range(self._chance.randrange(1, 200)):
            word = self._chance.choice(_WORDS)
            lines.append(
                f"a={self._chance.choice(names)}{word}"
                if self._chance.random() < 0.6
                else f"{self._chance.choice(kinds)}={word} {self._chance.choice(_WORDS)}"
            )
        return "".join(f"{line}\r\n" for line in lines)

    def _many_streams(self) -> str:
        kinds = ("video", "audio", "application", "data", "text")
        count = self._chance.choice([2, 20, 200, 800])
        return "v=0\r\n" + "".join(
            f"m={self._chance.choice(kinds)} 0 RTP/AVP {number % 128}\r\na=rtpmap:{number % 128} "
            f"{self._chance.choice(_CODECS)}/90000\r\na=control:track{number}\r\n"
            for number in range(count)
        )

    def _another_codec(self) -> str:
        config = self._bytes(400)
        words = ";".join(
            f"{name}={value}"
            for name, value in {
                "config": config.hex(),
                "sprop-parameter-sets": "AAAA,////,=,",
                "sprop-vps": "QAEMAf//",
                "sprop-sps": "AAAA",
                "packetization-mode": "1",
                "mode": "AAC-hbr",
                "sizelength": self._chance.choice(_WORDS),
                "indexlength": "99",
                "profile-level-id": "1",
                "sampling": "YCbCr-4:2:0",
                "width": self._chance.choice(_WORDS),
                "height": self._chance.choice(_WORDS),
                "configuration": "AAAAAbCwAA==",
            }.items()
            if self._chance.random() < 0.7
        )
        return (
            "v=0\r\nm=video 0 RTP/AVP 96\r\n"
            f"a=rtpmap:96 {self._chance.choice(_CODECS)}/{self._chance.choice(['90000', '1', '0', '-1', '4294967296'])}\r\n"
            f"a=fmtp:96 {words}\r\na=control:pictures\r\n"
        )

    def _damaged_description(self) -> str:
        text = bytearray(rtp.description(self._server.film).encode())
        for _ in range(self._chance.randrange(1, 30)):
            text[self._chance.randrange(len(text))] = self._chance.randrange(256)
        return bytes(text).decode("latin-1")

    def _wrong_channel(self, packet: bytes) -> bytes:
        return rtp.interleaved(packet, self._chance.randrange(256))

    def _wrong_packet_length(self, packet: bytes) -> bytes:
        length = self._chance.choice([0, 1, 11, 12, 13, len(packet) + 1, 20_000, 65_535])
        return struct.pack(">cBH", b"$", self._chance.choice([0, 0, 1]), length) + packet

    def _damaged(self, packet: bytes) -> bytes:
        data = bytearray(packet)
        for _ in range(self._chance.randrange(1, 20)):
            data[self._chance.randrange(len(data))] = self._chance.randrange(256)
        return rtp.interleaved(bytes(data))

    def _garbage(self, packet: bytes) -> bytes:
        return rtp.interleaved(packet[: self._chance.choice([0, 2, 12, 13])] + self._bytes(3000))

    def _report(self, packet: bytes) -> bytes:
        kind = self._chance.choice([200, 201, 202, 203, 204, 205, 206, 255])
        report = struct.pack(
            ">BBH", 0x80 | self._chance.randrange(32), kind, self._chance.choice([0, 6, 65535])
        )
        return rtp.interleaved(report + self._bytes(60), 1) + rtp.interleaved(packet)

    def _shuffled(self, packet: bytes) -> bytes:
        self._held.append(rtp.interleaved(packet))
        if len(self._held) < 5:
            return b""
        self._chance.shuffle(self._held)
        held, self._held = b"".join(self._held), []
        return held
