"""All that an operator may ask of a run, tied together; nothing at all where nobody asks."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Self

from sightline.operate.address import Address
from sightline.operate.health import Health, Patience
from sightline.operate.records import Observer
from sightline.operate.server import Page, Server
from sightline.operate.status import status
from sightline.operate.systemd import Notifier
from sightline.operate.tracing import Tracing

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from types import TracebackType

    from sightline.config import OperateConfig
    from sightline.operate.health import Verdict
    from sightline.outbox import Outbox
    from sightline.pipeline import Pipeline


class Operations:
    """Serves metrics and health while a run goes on, and tells systemd of it. Make it before anything is opened.

    Args:
        config: What is wanted; without `listen`, without `traces` and without systemd it does nothing.
        version: Of Sightline.

    Raises:
        ConfigError: When the address is no address, taken, or needs a token, or traces cannot be sent.
    """

    def __init__(self, config: OperateConfig, *, version: str) -> None:
        self._tracing: Tracing | None = None
        if config.traces is not None:
            self._tracing = Tracing(config.traces, ratio=config.traces_ratio, version=version)
        observer = Observer(tracing=self._tracing)
        health = Health(observer, Patience(config.stall_s, config.sink_grace_s))
        self._notifier = Notifier(lambda: health.live().holds)
        self._server: Server | None = None
        if config.listen is not None:
            # Loaded here: only who asks for metrics pays for them.
            from sightline.operate.metrics import CONTENT_TYPE, Metrics  # noqa: PLC0415

            metrics = Metrics(observer, health, version=version)
            pages: dict[str, Callable[[], Page]] = {
                "/metrics": lambda: Page(HTTPStatus.OK, CONTENT_TYPE, metrics.text()),
                "/livez": lambda: _answer(health.live()),
                "/readyz": lambda: _answer(health.ready()),
                "/startupz": lambda: _answer(health.started()),
                "/status": lambda: Page.json(status(observer, health, version=version)),
            }
            self._server = Server(Address.of(config.listen), pages, token=config.token)
        is_wanted = self._server or self._tracing or self._notifier.is_wanted
        self._observer = observer if is_wanted else None
        self._told = False

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @property
    def address(self) -> Address | None:
        """Where it listens, if it does."""
        return None if self._server is None else self._server.address

    def attach(self, pipeline: Pipeline | None) -> None:
        """Watch this pipeline from now on, or none while nothing is to be watched."""
        if self._observer is not None:
            self._observer.attach(pipeline)
        self._ready()

    def wait(self, outboxes: Iterable[Outbox]) -> None:
        """Say that everything is open, though what to watch has still to be named; the outboxes outlive pipelines."""
        if self._observer is not None:
            self._observer.add_outboxes(outboxes)
            self._observer.start()
        self._ready()

    def configured(self, refusal: str | None) -> None:
        """Say that another configuration was put in force, or refused with these words."""
        if self._observer is not None:
            self._observer.configured(refusal)

    def stopping(self) -> None:
        """Say that the end has begun; questions are answered still."""
        self._notifier.stop()

    def close(self) -> None:
        """Send the traces that wait, and answer no more."""
        self._notifier.stop()
        if self._tracing is not None:
            self._tracing.close()
            self._tracing = None
        if self._server is not None:
            self._server.close()
            self._server = None

    def _ready(self) -> None:
        if not self._told:
            self._told = True
            self._notifier.ready()


def _answer(verdict: Verdict) -> Page:
    if verdict.holds:
        return Page.text(HTTPStatus.OK, "ok")
    return Page.text(HTTPStatus.SERVICE_UNAVAILABLE, "\n".join(verdict.reasons))
