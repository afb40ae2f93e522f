"""Crowds that last and counts by intervals, through the Python API and the configuration."""

import numpy as np
import pytest

import sightline
from sightline.config.model import Config
from sightline.config.strict import convert
from sightline.config.toml import load_config, scene_of
from sightline.errors import ConfigError

SIZE = (1000, 1000)
SQUARE = [(0.4, 0.4), (0.6, 0.4), (0.6, 0.6), (0.4, 0.6)]
INSIDE, OUTSIDE = 500.0, 300.0


def tracks(frame: int, rows: list[float]) -> sightline.Tracks:
    """People who stand side by side, each at a row of the picture, at ten frames a second."""
    boxes = [(480 + 15 * n, y - 80, 510 + 15 * n, y) for n, y in enumerate(rows)]
    return sightline.Tracks(
        np.arange(1, len(rows) + 1, dtype=np.uint64),
        np.array(boxes, np.float64).reshape(-1, 4),
        confidence=np.full(len(rows), 0.9, np.float32),
        class_id=np.zeros(len(rows), np.int32),
        pts_ns=frame * 100_000_000,
    )


def watched(scene: sightline.Scene, counts: list[int]) -> list:
    """Show, frame by frame, so many of three people inside the square, and return all events."""
    rules = sightline.Rules(scene, size_px=SIZE)
    events = []
    for frame, count in enumerate(counts):
        events += rules.update(tracks(frame, [INSIDE if n < count else OUTSIDE for n in range(3)]))
    return events + rules.finish()


def test_a_crowd_that_lasts_is_reported_with_its_end():
    zone = sightline.Zone("queue", SQUARE, crowd_limit=2, crowd_s=0.3)
    events = watched(sightline.Scene(zones=[zone]), [0, 2, 2, 0, 0, 2, 3, 3, 3, 2, 0])
    crowds = [e for e in events if isinstance(e, sightline.ZoneOvercrowded | sightline.ZoneRelieved)]
    assert [type(event).__name__ for event in crowds] == ["ZoneOvercrowded", "ZoneRelieved"]
    formed, relieved = crowds
    assert (formed.zone, formed.limit, formed.count) == ("queue", 2, 3)
    assert formed.subject == "/cameras/camera/zones/queue/crowd"
    assert (formed.pts_ns, relieved.pts_ns) == (800_000_000, 1_000_000_000)
    assert (relieved.peak, relieved.lasted_ms) == (3, 500)


def test_an_interval_is_summed_up():
    scene = sightline.Scene(
        lines=[sightline.Line("door", (0.0, 0.4), (1.0, 0.4))],
        zones=[sightline.Zone("queue", SQUARE)],
        summary_s=1.0,
    )
    events = watched(scene, [0, 0, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0])
    [line, last_line] = [e for e in events if isinstance(e, sightline.LineSummarized)]
    [zone, last_zone] = [e for e in events if isinstance(e, sightline.ZoneSummarized)]
    assert (line.crossed_in, line.crossed_out, line.lost_at_line) == (1, 1, 0)
    assert (line.start_pts_ns, line.pts_ns) == (0, 1_000_000_000)
    assert (zone.entries, zone.exits, zone.inside, zone.least, zone.most) == (1, 1, 0, 0, 1)
    assert (zone.mean, zone.dwell_mean_ms, zone.dwell_max_ms) == (0.5, 500, 500)
    assert zone.subject == "/cameras/camera/zones/queue/summary"
    # The last interval is cut short by the end of the stream.
    assert (last_zone.start_pts_ns, last_zone.pts_ns) == (1_000_000_000, 1_100_000_000)
    assert (last_line.crossed_in, last_zone.entries) == (0, 0)


def test_both_are_configured_by_file(tmp_path):
    (tmp_path / "scene.toml").write_text("summary_s = 60\nmax_gap_s = 2\n")
    (tmp_path / "run.toml").write_text(
        '[[cameras]]\nsource = "a.mp4"\nscene = "scene.toml"\n'
        '[[cameras.zones]]\nname = "queue"\npolygon = [[0, 0], [1, 0], [1, 1]]\ncrowd_limit = 5\ncrowd_s = 30\n'
    )
    scene = scene_of(load_config(tmp_path / "run.toml").cameras[0])
    assert (scene.summary_s, scene.max_gap_s) == (60, 2)
    assert (scene.zones[0].crowd_limit, scene.zones[0].crowd_s) == (5, 30)


def test_a_time_without_a_limit_is_a_fault():
    with pytest.raises(ConfigError, match=r"queue\.crowd_s: expected crowd_limit beside it"):
        sightline.Zone("queue", SQUARE, crowd_s=5.0)
    zone = {"name": "queue", "polygon": [[0, 0], [1, 0], [1, 1]], "crowd_limit": 0}
    with pytest.raises(ConfigError, match=r"cameras\[0\]\.zones\[0\]\.crowd_limit"):
        convert({"cameras": [{"source": "a.mp4", "zones": [zone]}]}, Config)
