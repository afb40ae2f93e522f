"""The coded pictures of an MP4 that `VideoWriter` made, for servers that send them on."""

import struct
from dataclasses import dataclass
from pathlib import Path

_CONTAINERS = (b"moov", b"trak", b"mdia", b"minf", b"stbl")


@dataclass(frozen=True)
class Film:
    """Pictures as a camera would send them.

    Attributes:
        pictures: Coded pictures in decoding order, each a list of H.264 units.
        ticks: When each is shown, in frames, from 0.
        parameters: The sequence and the picture parameter set.
    """

    pictures: list[list[bytes]]
    ticks: list[int]
    parameters: tuple[bytes, bytes]


def film_of(path: Path) -> Film:
    """Read an MP4 with one H.264 track."""
    data = path.read_bytes()
    boxes = _boxes(data, 0, len(data))
    sps, pps = _parameter_sets(boxes[b"stsd"])
    sizes = [
        struct.unpack_from(">I", boxes[b"stsz"], 12 + 4 * i)[0] for i in range(_count(boxes[b"stsz"], 8))
    ]
    pictures, at = [], data.index(b"mdat") + 4
    for size in sizes:
        pictures.append(_units(data[at : at + size]))
        at += size
    return Film(pictures, _shown(boxes, len(sizes)), (sps, pps))


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
