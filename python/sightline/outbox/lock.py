"""One process has an outbox at a time: two that deliver from one file would send everything twice."""

from __future__ import annotations

import fcntl
import os
from typing import TYPE_CHECKING

from sightline.errors import SinkError

if TYPE_CHECKING:
    from pathlib import Path


def locked(path: Path) -> int:
    """Lock the outbox for this process; return the file descriptor that holds the lock until it is closed.

    Raises:
        SinkError: When another process has it, or the lock's file cannot be made.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        file = os.open(path.with_name(f"{path.name}.lock"), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise SinkError(f"{path}: the outbox cannot be opened: {error.strerror or error}") from error
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(file)
        raise SinkError(
            f"{path}: another process has this outbox; stop it, or give this one an outbox of its own"
        ) from None
    return file
