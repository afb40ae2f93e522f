"""Word to systemd (`sd_notify`): ready, alive, stopping. Nothing where nobody listens."""

from __future__ import annotations

import contextlib
import os
import socket
import threading
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_US = 1_000_000


class Notifier:
    """Tells systemd how the service is.

    Args:
        live: Whether it gets on; while it does not, the watchdog is left to bite.
        environment: Environment variables; the process's when absent.
    """

    def __init__(self, live: Callable[[], bool], environment: Mapping[str, str] | None = None) -> None:
        variables = os.environ if environment is None else environment
        self._live = live
        self._place = variables.get("NOTIFY_SOCKET", "")
        asked = variables.get("WATCHDOG_USEC", "")
        ours = variables.get("WATCHDOG_PID", str(os.getpid())) == str(os.getpid())
        self._every_s = int(asked) / _US / 2 if asked.isdigit() and ours else 0.0
        self._stopping = threading.Event()

    @property
    def is_wanted(self) -> bool:
        """Whether somebody listens."""
        return bool(self._place)

    def ready(self) -> None:
        """Say that the service is up; from now on that it is alive, if the unit has `WatchdogSec=`."""
        self._send("READY=1")
        if self._place and self._every_s > 0:
            threading.Thread(target=self._watch, name="watchdog", daemon=True).start()

    def stop(self) -> None:
        """Say that the service is on its way down, which may take as long as the sinks are given."""
        if not self._stopping.is_set():
            self._stopping.set()
            self._send("STOPPING=1")

    def _watch(self) -> None:
        while not self._stopping.is_set():
            if self._live():
                self._send("WATCHDOG=1")
            self._stopping.wait(self._every_s)

    def _send(self, text: str) -> None:
        if not self._place:
            return
        # An abstract socket is written with @ for its leading zero byte.
        place = f"\0{self._place[1:]}" if self._place.startswith("@") else self._place
        with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as to:
            to.sendto(text.encode(), place)
