"""Messages as a Parquet file, for those who ask questions of many events at once."""

from __future__ import annotations

import importlib
from itertools import islice
from typing import TYPE_CHECKING, Any

from sightline.errors import SinkError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sightline.events import Message

# Rows that are in memory at once.
_ROWS = 10_000


def write_parquet(messages: Iterable[Message], target: str) -> None:
    """Write messages, one a row: `seq`, `camera_id`, `event_id`, `type`, `subject`, `time`, `encoding`, and `body` as text.

    Raises:
        SinkError: When `pyarrow` is not installed, or the file cannot be written.
    """
    try:
        # An extra, and without types.
        pa: Any = importlib.import_module("pyarrow")
        parquet: Any = importlib.import_module("pyarrow.parquet")
    except ImportError:
        raise SinkError("Parquet needs pyarrow: pip install 'sightline[parquet]'") from None
    text = ("encoding", "camera_id", "event_id", "type", "subject", "time", "body")
    table = pa.schema([("seq", pa.int64()), *((name, pa.string()) for name in text)])
    left = iter(messages)
    try:
        with parquet.ParquetWriter(target, table, compression="zstd") as writer:
            while rows := list(islice(left, _ROWS)):
                columns = {name: [getattr(row, name) for row in rows] for name in ("seq", *text[:-1])}
                columns["body"] = [row.body.decode() for row in rows]
                writer.write_table(pa.Table.from_pydict(columns, schema=table))
    except OSError as error:
        raise SinkError(f"{target}: cannot be written: {error.strerror or error}") from error
