"""How a run is doing as plain values, for `/status` and `sightline status`."""

from __future__ import annotations

import os
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sightline.operate.health import stats_of
from sightline.outbox.clock import SteadyClock

if TYPE_CHECKING:
    from sightline.operate.health import Health
    from sightline.operate.records import CameraRecord, Observer
    from sightline.outbox import Outbox, Stats

_S = 1_000_000_000
_STATM = Path("/proc/self/statm")


def status(observer: Observer, health: Health, *, version: str) -> dict[str, Any]:
    """Return everything there is to say, ready for JSON."""
    now_s = observer.clock()
    verdicts = {"live": health.live(), "ready": health.ready(), "started": health.started()}
    found = [(box, stats) for box in observer.outboxes() if (stats := stats_of(box))]
    return {
        "version": version,
        "uptime_s": round(now_s - observer.started_s, 3),
        "resident_bytes": resident_bytes(),
        "threads": threading.active_count(),
        **{name: verdict.holds for name, verdict in verdicts.items()},
        "reasons": list(dict.fromkeys(reason for verdict in verdicts.values() for reason in verdict.reasons)),
        "config": {
            "age_s": round(now_s - observer.configured_s, 3),
            "refusal": observer.refusal,
        },
        "stages": {stage: round(taken.sum_s, 3) for stage, taken in observer.stages().items()},
        "cameras": [_camera(record, now_s) for record in observer.cameras()],
        "outboxes": [_outbox(box, stats) for box, stats in found],
    }


def resident_bytes() -> int | None:
    """Memory of this process that is in use, bytes; None where the system does not say it so."""
    try:
        return int(_STATM.read_text(encoding="ascii").split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except OSError:
        return None


def _camera(record: CameraRecord, now_s: float) -> dict[str, Any]:
    return {
        "id": record.name,
        "live": record.is_live,
        "state": record.state,
        "connected": record.connected,
        "error": record.error,
        "frames_analyzed": record.analyzed,
        "frames_gated": record.gated,
        "frames_dropped": record.dropped,
        "frames_waiting": record.waiting,
        "fps": _rounded(record.pace.fps),
        "latency_p50_s": _rounded(record.pace.latency_p50_s),
        "latency_p99_s": _rounded(record.pace.latency_p99_s),
        "reconnects": record.reconnects,
        "decode_errors": record.decode_errors,
        "packets_lost": record.packets_lost,
        "visible_tracks": record.visible,
        "last_frame_age_s": None if record.last_frame_s is None else round(now_s - record.last_frame_s, 3),
        "calibration": record.calibration,
        "events": dict(sorted(record.events.items())),
    }


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 4)


def _outbox(outbox: Outbox, stats: Stats) -> dict[str, Any]:
    now_ns = SteadyClock().now_ns()
    sinks: list[dict[str, Any]] = []
    for progress in stats.sinks:
        delivery = stats.deliveries.get(progress.name)
        if delivery is None:
            continue
        oldest_ns = progress.oldest_ns
        sinks.append(
            {
                "name": progress.name,
                "waiting": progress.waiting,
                "oldest_age_s": None if oldest_ns is None else round(max(0, now_ns - oldest_ns) / _S, 3),
                "accepted": progress.accepted,
                "retried": progress.retried,
                "refused": progress.dead_lettered,
                "dropped": progress.dropped,
                "failures": delivery.failures,
                "error": delivery.error,
            }
        )
    return {
        "path": str(outbox.path),
        "state": stats.state,
        "bytes": stats.size_bytes,
        "held": stats.held,
        "left_out": stats.left_out,
        "sinks": sinks,
    }
