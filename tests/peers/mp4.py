"""The coded pictures of an MP4 that `VideoWriter` made, for servers that send them on."""

import struct
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

_CONTAINERS = (b"moov", b"trak", b"mdia", b"minf", b"stbl")


@dataclass(frozen=True)
class Film:
    """Pictures as a camera would send them.

    Attributes:
        pictures: Coded pictures in decoding order, each a list of units: H.264's, or one for a whole picture of MPEG-4.
        ticks: When each is shown, in frames, from 0.
        parameters: What a decoder has to know first: H.264's sequence and picture parameter set, or MPEG-4's one header.
        codec: As RTP calls it.
    """

    pictures: list[list[bytes]]
    ticks: list[int]
    parameters: tuple[bytes, ...]
    codec: Literal["H264", "MP4V-ES"] = "H264"


def film_of(path: Path) -> Film:
    """Read an MP4 with one track of H.264 or MPEG-4."""
    data = path.read_bytes()
    boxes = _boxes(data, 0, len(data))
    description = boxes[b"stsd"]
    is_h264 = b"avcC" in description
    sizes = [
        struct.unpack_from(">I", boxes[b"stsz"], 12 + 4 * i)[0] for i in range(_count(boxes[b"stsz"], 8))
    ]
    pictures, at = [], data.index(b"mdat") + 4
    for size in sizes:
        sample = data[at : at + size]
        pictures.append(_units(sample) if is_h264 else [sample])
        at += size
    shown = _shown(boxes, len(sizes))
    if is_h264:
        return Film(pictures, shown, _parameter_sets(description))
    return Film(pictures, shown, (_decoder_header(description),), "MP4V-ES")


def _boxes(data: bytes, at: int, end: int) -> dict[bytes, bytes]:
    found: dict[bytes, bytes] = {}
    while at + 8 <= end:
        size, kind = struct.unpack_from(">I4s", data, at)
        if kind in _CONTAINERS:
            found |= _boxes(data, at + 8, at + size)
        found.setdefault(kind, data[at + 8 : at + size])
        at += max(size, 8)
    return found


def _count(box: bytes, at: int) -> int:
    return struct.unpack_from(">I", box, at)[0]


def _parameter_sets(description: bytes) -> tuple[bytes, bytes]:
    record = description[description.index(b"avcC") + 4 :]
    length = struct.unpack_from(">H", record, 6)[0]
    sps = record[8 : 8 + length]
    at = 8 + length + 1
    length = struct.unpack_from(">H", record, at)[0]
    return sps, record[at + 2 : at + 2 + length]


def _decoder_header(description: bytes) -> bytes:
    """MPEG-4's header lies in a descriptor in a descriptor in a descriptor (ISO 14496-1, 7.2.6)."""
    at = description.index(b"esds") + 8
    for tag, skipped in ((3, 3), (4, 13), (5, 0)):
        assert description[at] == tag
        length, at = 0, at + 1
        while True:
            byte, at = description[at], at + 1
            length = (length << 7) | (byte & 0x7F)
            if not byte & 0x80:
                break
        at += skipped
    return description[at : at + length]


def _units(sample: bytes) -> list[bytes]:
    units, at = [], 0
    while at < len(sample):
        length = struct.unpack_from(">I", sample, at)[0]
        units.append(sample[at + 4 : at + 4 + length])
        at += 4 + length
    return units


def _shown(boxes: dict[bytes, bytes], pictures: int) -> list[int]:
    """Decoding times are even; `ctts` says by how much later each is shown."""
    each = struct.unpack_from(">I", boxes[b"stts"], 12)[0]
    delays = [0] * pictures
    if b"ctts" in boxes:
        delays = []
        for entry in range(_count(boxes[b"ctts"], 4)):
            count, delay = struct.unpack_from(">II", boxes[b"ctts"], 8 + 8 * entry)
            delays += [delay // each] * count
    shown = [number + delay for number, delay in enumerate(delays)]
    return [number - min(shown) for number in shown]
