"""Steps as OpenTelemetry traces, for whoever has a collector: one trace a step, a span for each stage.

Nothing of OpenTelemetry is imported unless traces are asked for. Attributes name cameras and count; there is no picture in them, no
address, and nobody's track.
"""

from __future__ import annotations

import os
import threading
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import urlsplit

from sightline.errors import ConfigError
from sightline.outbox.clock import SteadyClock

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sightline.pipeline import Stage

FROM_ENVIRONMENT = "env"
"""In place of a URL: the collector is where the `OTEL_EXPORTER_OTLP_…` variables say."""

DEFAULT_RATIO = 0.01
FLUSH_S = 5.0
"""What is on its way is given so many seconds at the end."""

_PATH = "/v1/traces"
_NS = 1_000_000_000


class Span(NamedTuple):
    """A stage of a step.

    Attributes:
        stage: Which.
        begin_s: When it began, monotonic seconds.
        end_s: When it was over.
    """

    stage: Stage
    begin_s: float
    end_s: float


class Tracing:
    """Sends a share of the steps to a collector over OTLP/HTTP, from a thread of its own.

    A collector that is away holds up nothing: up to 2,048 spans wait for it (`OTEL_BSP_MAX_QUEUE_SIZE`), then the oldest give way.

    Args:
        endpoint: URL of the collector, such as `http://127.0.0.1:4318`, or `env`.
        ratio: Share of the steps that are traced, 0…1; absent for what `OTEL_TRACES_SAMPLER` says, else 0.01.
        version: Of Sightline.

    Raises:
        ConfigError: When the endpoint is no URL, or OpenTelemetry is not installed.
    """

    def __init__(self, endpoint: str, *, ratio: float | None = None, version: str) -> None:
        url = None if endpoint == FROM_ENVIRONMENT else url_of(endpoint)
        try:
            # Loaded here: it needs the extra otel.
            from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter  # noqa: PLC0415
            from opentelemetry.sdk.resources import OTELResourceDetector, Resource  # noqa: PLC0415
            from opentelemetry.sdk.trace import TracerProvider  # noqa: PLC0415
            from opentelemetry.sdk.trace.export import BatchSpanProcessor  # noqa: PLC0415
            from opentelemetry.sdk.trace.sampling import TraceIdRatioBased  # noqa: PLC0415
            from opentelemetry.trace import set_span_in_context  # noqa: PLC0415
        except ImportError as error:
            raise ConfigError(
                f"traces need OpenTelemetry: pip install 'sightline[otel]' ({error})"
            ) from error
        said = OTELResourceDetector().detect().attributes
        resource = Resource.create({"service.name": "sightline", "service.version": version, **said})
        sampled_by_env = ratio is None and "OTEL_TRACES_SAMPLER" in os.environ
        sampler = None if sampled_by_env else TraceIdRatioBased(DEFAULT_RATIO if ratio is None else ratio)
        # At the end of the program the provider would wait for half a minute; `close` waits for less.
        self._provider = TracerProvider(sampler=sampler, resource=resource, shutdown_on_exit=False)
        self._provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(endpoint=url)))
        self._tracer = self._provider.get_tracer("sightline", version)
        self._within = set_span_in_context
        self._clock = SteadyClock()

    def trace(
        self, spans: Sequence[Span], *, cameras: Sequence[str], events: int, latencies_s: Sequence[float]
    ) -> None:
        """Send a step, or pass over it as the ratio says.

        Args:
            spans: Its stages in order, the last one over now; the waiting before it is told in seconds.
            cameras: Of each frame.
            events: How many came of it.
            latencies_s: For how long each frame has been decoded.
        """
        if not spans:
            return
        offset_ns = self._clock.now_ns() - round(spans[-1].end_s * _NS)
        work = [span for span in spans if span.stage != "wait"]
        step = self._tracer.start_span("step", start_time=offset_ns + round(work[0].begin_s * _NS))
        if step.is_recording():
            step.set_attributes(
                {
                    "sightline.cameras": list(dict.fromkeys(cameras)),
                    "sightline.frames": len(cameras),
                    "sightline.events": events,
                    "sightline.wait_s": sum(span.end_s - span.begin_s for span in spans if span not in work),
                    "sightline.frame_to_event_s": max(latencies_s, default=0.0),
                }
            )
            context = self._within(step)
            for span in work:
                begin_ns = offset_ns + round(span.begin_s * _NS)
                child = self._tracer.start_span(span.stage, context, start_time=begin_ns)
                child.end(offset_ns + round(span.end_s * _NS))
        step.end(offset_ns + round(spans[-1].end_s * _NS))

    def close(self) -> None:
        """Send what waits, within `FLUSH_S`, and no more."""
        # The processor's own bound is half a minute, and takes no other.
        flushing = threading.Thread(target=self._provider.shutdown, name="traces", daemon=True)
        flushing.start()
        flushing.join(FLUSH_S)


def url_of(endpoint: str) -> str:
    """Return where traces are sent to: OTLP's path is added where it is not there yet.

    >>> url_of("http://127.0.0.1:4318")
    'http://127.0.0.1:4318/v1/traces'

    Raises:
        ConfigError: When it is no URL of HTTP, or has a user and a password in it.
    """
    try:
        parts = urlsplit(endpoint)
        is_url = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        is_url = False
    else:
        if is_url and "@" in parts.netloc:
            raise ConfigError(
                "traces: expected a URL without user and password; say them in OTEL_EXPORTER_OTLP_HEADERS"
            )
    if not is_url:
        raise ConfigError(
            f"traces: expected the URL of a collector, such as http://127.0.0.1:4318, or {FROM_ENVIRONMENT};"
            f" found {endpoint!r}"
        )
    base = endpoint.rstrip("/")
    return base if base.endswith(_PATH) else base + _PATH
