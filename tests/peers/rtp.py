"""Coded pictures as RTP carries them: what a session description says of them, and their packets (RFC 4566, 3550, 6184, 6416)."""

import base64
import struct

from tests.peers.mp4 import Film

CLOCK = 90_000
_MTU = 1380
_FRAGMENT = 28
_KEY = 5
_REPORT = 200
_SSRC = 0xCAFE
# From the epoch of NTP, 1900, to that of Unix.
_NTP_UNIX_S = 2_208_988_800


def description(film: Film) -> str:
    """A camera with a microphone, and pictures of the film's codec."""
    if film.codec == "H264":
        sets = ",".join(base64.b64encode(text).decode() for text in film.parameters)
        parameters = f"packetization-mode=1;sprop-parameter-sets={sets}"
    else:
        parameters = f"profile-level-id=1;config={film.parameters[0].hex()}"
    lines = [
        "v=0",
        "o=- 1 1 IN IP4 127.0.0.1",
        "s=camera",
        "t=0 0",
        "m=audio 0 RTP/AVP 0",
        "a=control:sound",
        "m=video 0 RTP/AVP 96",
        f"a=rtpmap:96 {film.codec}/{CLOCK}",
        f"a=fmtp:96 {parameters}",
        "a=control:pictures",
    ]
    return "".join(f"{line}\r\n" for line in lines)


def payloads(film: Film, place: int) -> list[bytes]:
    """What the packets of one picture carry."""
    units = film.pictures[place]
    if film.codec == "MP4V-ES":
        return [unit[at : at + _MTU] for unit in units for at in range(0, len(unit), _MTU)]
    if units[-1][0] & 31 == _KEY:  # who comes in here needs to know how to read it
        units = [*film.parameters, *units]
    return [packet for unit in units for packet in _fragments(unit)]


def packet(payload: bytes, *, sequence: int, stamp: int, last: bool) -> bytes:
    """A payload with its number and time, and whether it is the last of its picture."""
    marker = 0x80 if last else 0
    return struct.pack(">BBHII", 0x80, marker | 96, sequence % (1 << 16), stamp % (1 << 32), _SSRC) + payload


def report(at_s: float, stamp: int) -> bytes:
    """What the camera's clock shows, seconds since 1970, and which time of the pictures that is (RFC 3550, 6.4.1)."""
    ntp = round((at_s + _NTP_UNIX_S) * (1 << 32))
    return struct.pack(">BBHIQIII", 0x80, _REPORT, 6, _SSRC, ntp, stamp % (1 << 32), 0, 0)


def interleaved(data: bytes, channel: int = 0) -> bytes:
    """A packet as it goes in the connection that answers go in."""
    return struct.pack(">cBH", b"$", channel, len(data)) + data


def _fragments(unit: bytes) -> list[bytes]:
    """A unit that is too long for a packet goes in pieces."""
    if len(unit) <= _MTU:
        return [unit]
    indicator, kind = (unit[0] & 0xE0) | _FRAGMENT, unit[0] & 31
    pieces = [unit[at : at + _MTU] for at in range(1, len(unit), _MTU)]
    last = len(pieces) - 1
    return [
        bytes([indicator, kind | (0x80 if place == 0 else 0) | (0x40 if place == last else 0)]) + piece
        for place, piece in enumerate(pieces)
    ]
