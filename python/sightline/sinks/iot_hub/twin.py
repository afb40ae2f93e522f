"""The twin: its desired properties are the configuration, its reported properties say what became of it and how we are."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Literal

from sightline.errors import ConfigError, SightlineError, SinkError
from sightline.sinks.iot_hub.conversation import Conversation
from sightline.sinks.iot_hub.document import (
    MOST_BYTES,
    Document,
    cleaned,
    patch_between,
    patched,
    shortened,
    size_of,
)
from sightline.sinks.wire.rhythm import pause_s

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from sightline.sinks.wire.mqtt import Link

Status = Literal["starting", "applied", "invalid"]
# Of the 32 KiB, for what is not health: version, status, and errors.
_ERROR_BYTES = 8192


class IotHubTwin:
    """Applies what the twin desires, and reports.

    A thread of its own asks for the twin whenever it may have changed: on each new connection, and when the hub sends a patch,
    which is taken as a hint only. It applies a twin once for each `$version`, and then reports `version` (of Sightline),
    `configVersion` (the `$version` that this is about), `status` and `errors`. What `apply` refuses is reported as `invalid`,
    and what ran before goes on.

    Args:
        link: The connection to the hub, such as `IotHubSink.link`; it is kept from now on.
        apply: Takes the desired properties, without `$version` and the like; returns what is wrong with them, and nothing
            when they are in force. It runs in the twin's thread, one call at a time. What it raises counts as wrong, too.
        version: Version of Sightline, as it is reported.
        timeout_s: How long to wait for an answer of the hub before it is asked again.
        settle_s: How long to wait after a hint for more of them, and the least time between two reports.
        report: Is told in words when the twin cannot be had, and when it can again.
    """

    def __init__(
        self,
        link: Link,
        apply: Callable[[Document], list[str]],
        *,
        version: str = "",
        timeout_s: float = 10.0,
        settle_s: float = 1.0,
        report: Callable[[str], None] = lambda _: None,
    ) -> None:
        self._link = link
        self._apply = apply
        self._settle_s = settle_s
        self._tell = report
        self._news = threading.Event()
        self._stop = threading.Event()
        self._lock = threading.Lock()
        self._ask = True
        self._applied: int | None = None
        self._said: Document = {"version": version, "configVersion": 0, "status": "starting", "errors": []}
        self._health: Document = {}
        self._reported: Document = {}
        self._failures = 0
        self._conversation = Conversation(link, self._hint, timeout_s)
        self._thread = threading.Thread(target=self._run, name="iot-twin", daemon=True)

    def start(self) -> None:
        """Begin: connect, listen, ask."""
        self._link.listen(self._conversation)
        self._link.keep()
        self._thread.start()

    def health(self, health: Mapping[str, object]) -> None:
        """Say how we are; it is reported soon, and only what changed. It replaces what was said before.

        Args:
            health: JSON, such as `{"graphs": {"lobby": {"state": "running"}}}`. Names that a twin does not take are mended, and
                what is too large for it is left out with a word about that.
        """
        with self._lock:
            self._health = cleaned(dict(health))
        self._news.set()

    def close(self) -> None:
        """Stop after what is under way. The link is whoever's made it."""
        self._stop.set()
        self._news.set()
        if self._thread.is_alive():
            self._thread.join()

    def _hint(self) -> None:
        with self._lock:
            self._ask = True
        self._news.set()

    def _run(self) -> None:
        while not self._stop.is_set():
            self._news.wait()
            self._news.clear()
            if self._stop.wait(self._settle_s if self._applied is not None else 0.0):
                return
            try:
                self._reconcile()
            except (SinkError, ConfigError) as error:
                self._fail(str(error))
                self._stop.wait(pause_s(self._failures))
                self._news.set()
            else:
                self._succeed()

    def _reconcile(self) -> None:
        """Ask for the twin if it may have changed, apply it if it is another, and report what is not reported."""
        with self._lock:
            ask, self._ask = self._ask, False
        if ask:
            try:
                twin = self._conversation.twin()
            except SinkError:
                with self._lock:
                    self._ask = True
                raise
            self._reported = twin.reported
            desired = twin.desired
            found = desired.get("$version")
            if isinstance(found, int) and found != self._applied:
                self._put_in_force({k: v for k, v in desired.items() if not k.startswith("$")}, found)
        self._report()

    def _put_in_force(self, desired: Document, version: int) -> None:
        try:
            errors = self._apply(desired)
        except SightlineError as error:
            errors = str(error).splitlines() or [type(error).__name__]
        except Exception as error:  # noqa: BLE001 - a callback may be anyone's; the twin goes on and says so
            errors = [f"{type(error).__name__}: {error}"]
        self._applied = version
        status: Status = "invalid" if errors else "applied"
        self._said |= {
            "configVersion": version,
            "status": status,
            "errors": shortened(errors, _ERROR_BYTES),
        }

    def _report(self) -> None:
        with self._lock:
            wanted = {**self._health, **self._said}
        if size_of(wanted) > MOST_BYTES:
            note = f"health is left out: {size_of(wanted)} bytes, and a twin takes {MOST_BYTES}"
            wanted = {**self._said, "errors": [*self._said["errors"], note]}
        patch = patch_between(self._reported, wanted)
        if patch:
            self._conversation.report(patch)
            self._reported = patched(self._reported, patch)

    def _fail(self, words: str) -> None:
        if self._failures == 0:
            self._tell(f"twin: {words}; what ran goes on")
        self._failures += 1

    def _succeed(self) -> None:
        if self._failures:
            self._tell("twin: the hub answers again")
        self._failures = 0
