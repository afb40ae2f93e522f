"""The file's outer form: a line of text, then blocks that each say what they are and how long, with a checksum.

Blocks are only ever appended, so that the file of a run that was killed can be read up to its last whole block. A block
is 16 bytes of header, little-endian (kind as 4 letters, bytes that follow, bytes once unpacked, CRC-32 of the 12 bytes
before it and of what follows), then a zlib stream (RFC 1950).
"""

from __future__ import annotations

import struct
import zlib
from typing import IO, TYPE_CHECKING, Literal, NamedTuple

from sightline.errors import RecordingError

if TYPE_CHECKING:
    from collections.abc import Iterator

VERSION = 1
MAGIC = b"sightline detections "
HEADER = struct.Struct("<4sIII")
MAX_BYTES = 16 << 20
"""The most that a block may unpack to, and take packed."""

Kind = Literal[b"RUN.", b"CAM.", b"STEP", b"END."]
_KINDS: dict[bytes, Kind] = {b"RUN.": b"RUN.", b"CAM.": b"CAM.", b"STEP": b"STEP", b"END.": b"END."}
_SIZES = struct.Struct("<4sII")
_LONGEST_FIRST_LINE = 64
_LEVEL = 6


class Place(NamedTuple):
    """Where a block is.

    Attributes:
        kind: What it is.
        offset: Where its header begins, bytes from the file's start.
        stored: Bytes after the header.
        unpacked: Bytes once unpacked.
        checksum: CRC-32 of kind, both sizes and what is stored.
    """

    kind: Kind
    offset: int
    stored: int
    unpacked: int
    checksum: int


def first_line() -> bytes:
    """Return what a file begins with."""
    return MAGIC + b"%d\n" % VERSION


def packed(kind: Kind, content: bytes) -> bytes:
    """Return a block.

    Raises:
        RecordingError: When there is more in it than a block may hold.
    """
    stored = zlib.compress(content, _LEVEL)
    if max(len(content), len(stored)) > MAX_BYTES:
        raise RecordingError(
            f"one step of the pipeline has {len(content)} bytes of detections, expected at most {MAX_BYTES}; raise the detector's confidence"
        )
    sizes = _SIZES.pack(kind, len(stored), len(content))
    checksum = zlib.crc32(stored, zlib.crc32(sizes))
    return sizes + checksum.to_bytes(4, "little") + stored


def check_first_line(file: IO[bytes], name: str) -> None:
    """Read the first line.

    Raises:
        RecordingError: When this is no recording, or one of another version.
    """
    line = file.readline(_LONGEST_FIRST_LINE)
    version = line.removeprefix(MAGIC).strip()
    if not line.startswith(MAGIC) or not line.endswith(b"\n") or not version.isdigit():
        raise RecordingError(
            f"{name}: expected a recording of detections, found something else; `sightline record-detections` makes one"
        )
    if int(version) != VERSION:
        raise RecordingError(
            f"{name}: expected version {VERSION} of the format, found {int(version)}; read it with the Sightline that wrote it, or a newer one"
        )


class Blocks:
    """The places of a file's blocks, in order; nothing is unpacked.

    Args:
        file: An open recording, after its first line.
        name: What it is called in errors.

    Attributes:
        torn_at: Where an unfinished block begins, once the iteration has come there; None when the last one is whole.
    """

    def __init__(self, file: IO[bytes], name: str) -> None:
        self._file = file
        self._name = name
        self.torn_at: int | None = None

    def __iter__(self) -> Iterator[Place]:
        """Go from header to header.

        Raises:
            RecordingError: When something in the middle is no header.
        """
        start = self._file.tell()
        size = self._file.seek(0, 2)
        while start < size:
            self._file.seek(start)
            header = self._file.read(HEADER.size)
            # After a power loss the end of a file may be empty pages.
            if len(header) < HEADER.size or not header.strip(b"\0"):
                self.torn_at = start
                return
            place = self._place(header, start)
            end = start + HEADER.size + place.stored
            if end > size:
                self.torn_at = start
                return
            yield place
            start = end

    def content(self, place: Place) -> bytes:
        """Return what a block holds.

        Raises:
            RecordingError: When it is damaged.
        """
        self._file.seek(place.offset + HEADER.size)
        stored = self._file.read(place.stored)
        sizes = _SIZES.pack(place.kind, place.stored, place.unpacked)
        if zlib.crc32(stored, zlib.crc32(sizes)) != place.checksum:
            raise self._damaged(place.offset, "its checksum does not fit")
        unpacker = zlib.decompressobj()
        try:
            content = unpacker.decompress(stored, place.unpacked + 1)
        except zlib.error as error:
            raise self._damaged(place.offset, str(error)) from error
        if len(content) != place.unpacked or not unpacker.eof:
            raise self._damaged(place.offset, f"expected {place.unpacked} bytes in it")
        return content

    def _place(self, header: bytes, offset: int) -> Place:
        letters, stored, unpacked, checksum = HEADER.unpack(header)
        kind = _KINDS.get(letters)
        if kind is None or max(stored, unpacked) > MAX_BYTES:
            raise self._damaged(offset, "this is no header of a block")
        return Place(kind, offset, stored, unpacked, checksum)

    def _damaged(self, offset: int, why: str) -> RecordingError:
        return RecordingError(f"{self._name}: damaged at byte {offset}: {why}; what comes before can be read")
