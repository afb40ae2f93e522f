"""A run's numbers as Prometheus reads them. Nothing is counted here: each scrape takes what is there."""

from __future__ import annotations

import threading
from itertools import accumulate
from typing import TYPE_CHECKING, get_args

from prometheus_client import CollectorRegistry, PlatformCollector, ProcessCollector, generate_latest
from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
    InfoMetricFamily,
)
from prometheus_client.registry import Collector

from sightline.operate.health import stats_of
from sightline.operate.histogram import BUCKETS_S
from sightline.operate.records import CAMERA_STATES
from sightline.outbox.clock import SteadyClock
from sightline.outbox.store import State

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from prometheus_client.metrics_core import Metric

    from sightline.operate.health import Health
    from sightline.operate.histogram import Histogram
    from sightline.operate.records import CameraRecord, Observer
    from sightline.outbox import Delivery, Progress, Stats

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
CALIBRATIONS = ("off", "given", "calibrating", "calibrated", "recalibrating")
_S = 1_000_000_000


class Metrics:
    """The page that Prometheus scrapes.

    Args:
        observer: What has happened.
        health: How the run is.
        version: Of Sightline.
    """

    def __init__(self, observer: Observer, health: Health, *, version: str) -> None:
        self._registry = CollectorRegistry()
        self._registry.register(_RunCollector(observer, health, version))
        # Resident memory, processor time, open files and start, under the names that every process has them.
        ProcessCollector(registry=self._registry)
        PlatformCollector(registry=self._registry)

    def text(self) -> bytes:
        """Return all of it in Prometheus' text format."""
        return generate_latest(self._registry)


class _RunCollector(Collector):
    def __init__(self, observer: Observer, health: Health, version: str) -> None:
        self._observer = observer
        self._health = health
        self._version = version
        self._clock = SteadyClock()

    def describe(self) -> list[Metric]:
        """Nothing: what there is differs from scrape to scrape."""
        return []

    def collect(self) -> Iterator[Metric]:
        """Everything, as it is now."""
        now_s = self._observer.clock()
        yield InfoMetricFamily("sightline", "What runs.", {"version": self._version})
        yield _gauge("uptime_seconds", "Since the start.", now_s - self._observer.started_s)
        yield _gauge("threads", "Threads of Python.", threading.active_count())
        yield _gauge("live", "1 while /livez says yes.", self._health.live().holds)
        yield _gauge("ready", "1 while /readyz says yes.", self._health.ready().holds)
        in_force_s = now_s - self._observer.configured_s
        yield _gauge("config_age_seconds", "Since the configuration was put in force.", in_force_s)
        refused = self._observer.refusal is not None
        yield _gauge("config_refused", "1 if the newest configuration was refused.", refused)
        yield from _of_the_loop(self._observer)
        cameras = self._observer.cameras()
        yield from _of_cameras(cameras, now_s)
        yield from _of_connections(cameras)
        found = [(str(box.path), stats) for box in self._observer.outboxes() if (stats := stats_of(box))]
        if found:
            yield from _of_outboxes(found)
            rows = [
                (path, progress, stats.deliveries[progress.name])
                for path, stats in found
                for progress in stats.sinks
                if progress.name in stats.deliveries
            ]
            yield from _of_sinks(rows, self._clock.now_ns())


def _gauge(name: str, words: str, value: float) -> GaugeMetricFamily:
    return GaugeMetricFamily(f"sightline_{name}", words, value=float(value))


def _of_the_loop(observer: Observer) -> Iterator[Metric]:
    steps = HistogramMetricFamily(
        "sightline_step_seconds",
        "From a batch of frames to its events with the sinks: detection, tracking, rules.",
    )
    _add_histogram(steps, [], observer.steps())
    stages = HistogramMetricFamily(
        "sightline_stage_seconds", "How long each stage of a step took.", labels=["stage"]
    )
    for stage, taken in observer.stages().items():
        _add_histogram(stages, [stage], taken)
    yield from (steps, stages)


def _add_histogram(family: HistogramMetricFamily, names: list[str], taken: Histogram) -> None:
    bounds = [*map(str, BUCKETS_S), "+Inf"]
    family.add_metric(
        names, list(zip(bounds, map(float, accumulate(taken.counts)), strict=True)), taken.sum_s
    )


def _of_cameras(records: Sequence[CameraRecord], now_s: float) -> Iterator[Metric]:
    label = ["camera"]
    analyzed = CounterMetricFamily(
        "sightline_frames_analyzed", "Frames that went through the detector.", labels=label
    )
    gated = CounterMetricFamily(
        "sightline_frames_gated", "Frames passed over because they were not due.", labels=label
    )
    broken = CounterMetricFamily("sightline_decode_errors", "Broken packets and frames.", labels=label)
    lost = CounterMetricFamily("sightline_packets_lost", "RTP packets that did not come.", labels=label)
    visible = GaugeMetricFamily("sightline_visible_tracks", "People in the newest frame.", labels=label)
    age = GaugeMetricFamily("sightline_last_frame_age_seconds", "Since the newest frame.", labels=label)
    events = CounterMetricFamily("sightline_events", "Events by type.", labels=["camera", "type"])
    states = GaugeMetricFamily(
        "sightline_camera_state", "1 for the state that it is in.", labels=["camera", "state"]
    )
    calibration = GaugeMetricFamily(
        "sightline_calibration_state", "1 for the state that it is in.", labels=["camera", "state"]
    )
    for record in records:
        name = record.name
        analyzed.add_metric([name], record.analyzed)
        gated.add_metric([name], record.gated)
        broken.add_metric([name], record.decode_errors)
        lost.add_metric([name], record.packets_lost)
        visible.add_metric([name], record.visible)
        if record.last_frame_s is not None:
            age.add_metric([name], now_s - record.last_frame_s)
        for kind, count in sorted(record.events.items()):
            events.add_metric([name, kind], count)
        _add_state(states, [name], CAMERA_STATES, record.state)
        _add_state(calibration, [name], CALIBRATIONS, record.calibration)
    yield from (analyzed, gated, broken, lost, visible, age, events, states, calibration)


def _of_connections(records: Sequence[CameraRecord]) -> Iterator[Metric]:
    label = ["camera"]
    connected = GaugeMetricFamily(
        "sightline_camera_connected", "1 while frames come, or can come.", labels=label
    )
    reconnects = CounterMetricFamily(
        "sightline_reconnects", "Times that it was reached again after it was lost.", labels=label
    )
    dropped = CounterMetricFamily(
        "sightline_frames_dropped", "Frames that newer ones replaced before they were taken.", labels=label
    )
    waiting = GaugeMetricFamily(
        "sightline_frames_waiting", "Decoded frames that wait for the detector.", labels=label
    )
    latencies = HistogramMetricFamily(
        "sightline_frame_to_event_seconds",
        "From a decoded frame to its events with the sinks, of frames without events too.",
        labels=label,
    )
    for record in records:
        connected.add_metric([record.name], float(record.connected))
        reconnects.add_metric([record.name], record.reconnects)
        dropped.add_metric([record.name], record.dropped)
        waiting.add_metric([record.name], record.waiting)
        _add_histogram(latencies, [record.name], record.latencies)
    yield from (connected, reconnects, dropped, waiting, latencies)


def _of_outboxes(found: Sequence[tuple[str, Stats]]) -> Iterator[Metric]:
    label = ["outbox"]
    size = GaugeMetricFamily("sightline_outbox_bytes", "Bytes of the file in use.", labels=label)
    held = GaugeMetricFamily("sightline_outbox_held", "Messages that wait in memory.", labels=label)
    left_out = CounterMetricFamily(
        "sightline_outbox_left_out", "Messages that were not let in.", labels=label
    )
    states = GaugeMetricFamily(
        "sightline_outbox_state", "1 for the state that it is in.", labels=["outbox", "state"]
    )
    for path, stats in found:
        size.add_metric([path], stats.size_bytes)
        held.add_metric([path], stats.held)
        left_out.add_metric([path], stats.left_out)
        _add_state(states, [path], get_args(State), stats.state)
    yield from (size, held, left_out, states)


def _of_sinks(rows: Sequence[tuple[str, Progress, Delivery]], now_ns: int) -> Iterator[Metric]:
    label = ["outbox", "sink"]
    waiting = GaugeMetricFamily("sightline_sink_waiting", "Messages that it has not taken.", labels=label)
    age = GaugeMetricFamily(
        "sightline_sink_oldest_age_seconds", "Since the oldest of those came in; 0 for none.", labels=label
    )
    failing = GaugeMetricFamily("sightline_sink_failing", "1 if its last attempt failed.", labels=label)
    counts = {
        "accepted": "Messages that it took.",
        "retried": "Times that it was asked again.",
        "refused": "Messages that it refused for good.",
        "dropped": "Messages that gave way before it took them.",
    }
    counters = {
        name: CounterMetricFamily(f"sightline_sink_{name}", words, labels=label)
        for name, words in counts.items()
    }
    for path, progress, delivery in rows:
        names = [path, progress.name]
        since_ns = now_ns if progress.oldest_ns is None else progress.oldest_ns
        waiting.add_metric(names, progress.waiting)
        age.add_metric(names, max(0, now_ns - since_ns) / _S)
        failing.add_metric(names, float(delivery.failures > 0))
        counters["accepted"].add_metric(names, progress.accepted)
        counters["retried"].add_metric(names, progress.retried)
        counters["refused"].add_metric(names, progress.dead_lettered)
        counters["dropped"].add_metric(names, progress.dropped)
    yield from (waiting, age, failing, *counters.values())


def _add_state(family: GaugeMetricFamily, names: list[str], states: Sequence[str], now: str) -> None:
    for state in states:
        family.add_metric([*names, state], float(state == now))
