"""Annotated pictures, looked at pixel by pixel."""

from dataclasses import dataclass, field

import numpy as np
import pytest
from PIL import Image

from sightline.render import Annotator, Counts, LineCount, TrackView, ZoneCount, color_of, save_png
from sightline.render.labels import plate
from sightline.render.palette import INK, LINE, PAPER, ZONE, ink_on
from sightline.render.trails import Trails

SIZE = (1280, 720)
GRAY = 128


@dataclass(frozen=True)
class Line:
    name: str
    start: tuple[float, float]
    end: tuple[float, float]


@dataclass(frozen=True)
class Zone:
    name: str
    polygon: list[tuple[float, float]]


@dataclass(frozen=True)
class Scene:
    lines: list[Line] = field(default_factory=list)
    zones: list[Zone] = field(default_factory=list)


DOOR = Line("door", (0.25, 0.5), (0.75, 0.5))
QUEUE = Zone("queue", [(0.6, 0.6), (0.9, 0.6), (0.9, 0.9), (0.6, 0.9)])


def tracks(*rows):
    """Return a view of (id, x0, y0, x1, y1) rows."""
    table = np.array(rows, float).reshape(-1, 5)
    count = len(table)
    return TrackView(
        table[:, 0].astype(np.uint64), table[:, 1:], np.full(count, 0.9), np.zeros(count, np.int32)
    )


def frame(size=SIZE):
    return np.full((size[1], size[0], 3), GRAY, np.uint8)


def changed(picture):
    return (picture != GRAY).any(axis=2)


def test_a_box_has_the_color_of_its_identity_and_its_label():
    picture = Annotator(Scene(), SIZE).annotate(frame(), tracks((5, 300.4, 200, 400, 500)), Counts())
    for x, y in [(300, 350), (301, 350), (400, 350), (350, 500), (390, 200)]:
        assert tuple(picture[y, x]) == color_of(5)
    assert tuple(picture[350, 350]) == (GRAY, GRAY, GRAY), "the person stays visible"
    label = picture[182:199, 302:330]
    assert (label == color_of(5)).all(axis=2).sum() > 150
    assert (np.abs(label.astype(int) - ink_on(color_of(5))).sum(axis=2) < 200).sum() > 20, "its number"


def test_neighboring_identities_differ_and_colors_stay():
    assert all(color_of(number) != color_of(number + 1) for number in range(50))
    assert color_of(3) == color_of(3)
    assert (ink_on((240, 228, 66)), ink_on((0, 114, 178))) == (INK, PAPER)


def test_the_frame_given_is_left_alone():
    given = frame()
    picture = Annotator(Scene([DOOR], [QUEUE]), SIZE).annotate(given, tracks((1, 10, 10, 60, 200)), Counts())
    assert (given == GRAY).all()
    assert (picture.shape, picture.dtype) == (given.shape, np.uint8)


def test_a_line_is_drawn_with_an_arrow_to_its_in_side():
    picture = Annotator(Scene([DOOR]), SIZE).annotate(frame(), tracks(), Counts())
    for x in (330, 500, 800, 950):
        assert tuple(picture[360, x]) == LINE
    # From left to right, the right-hand side is below.
    assert tuple(picture[388, 640]) == LINE
    assert tuple(picture[332, 640]) == (GRAY, GRAY, GRAY)

    turned = Line("door", DOOR.end, DOOR.start)
    picture = Annotator(Scene([turned]), SIZE).annotate(frame(), tracks(), Counts())
    assert tuple(picture[332, 640]) == LINE
    assert tuple(picture[388, 640]) == (GRAY, GRAY, GRAY)


def test_a_zone_is_tinted_and_bordered():
    picture = Annotator(Scene(zones=[QUEUE]), SIZE).annotate(frame(), tracks(), Counts())
    inside = picture[500, 960].astype(int)
    expected = GRAY + (np.array(ZONE) - GRAY) * 56 / 255
    assert np.abs(inside - expected).max() <= 2
    assert tuple(picture[400, 960]) == (GRAY, GRAY, GRAY)
    border = picture[500, 766:771].astype(int)
    assert np.abs(border - ZONE).sum(axis=1).min() < 60


def test_only_the_plates_change_with_the_counts():
    annotator = Annotator(Scene([DOOR], [QUEUE]), SIZE)
    before = annotator.annotate(frame(), tracks(), Counts(lines={"door": LineCount(1, 2)}))
    line = annotator.annotate(frame(), tracks(), Counts(lines={"door": LineCount(3, 2)}))
    zone = annotator.annotate(
        frame(), tracks(), Counts(lines={"door": LineCount(1, 2)}, zones={"queue": ZoneCount(4, 9)})
    )
    rows, columns = np.nonzero((before != line).any(axis=2))
    assert 340 < rows.min() <= rows.max() < 380
    assert columns.min() > 960, "beyond the end of the line"
    rows, columns = np.nonzero((before != zone).any(axis=2))
    assert 630 < rows.min() <= rows.max() < 665
    assert 768 < columns.min() <= columns.max() < 1152


def test_the_header_counts_people_and_shows_time():
    annotator = Annotator(Scene(), SIZE)
    empty = annotator.annotate(frame(), tracks(), Counts(camera_id="lobby"))
    assert changed(empty)[:60, :400].any()
    assert not changed(empty)[60:].any()
    later = annotator.annotate(frame(), tracks(), Counts(camera_id="lobby", pts_ns=5_000_000_000))
    assert (empty != later).any()


@pytest.mark.parametrize(
    "box", [(-50, -60, 40, 90), (1250, 600, 1400, 800), (-500, -500, -100, -100), (600, 300, 600, 300)]
)
def test_boxes_beyond_the_frame_are_no_trouble(box):
    annotator = Annotator(Scene([DOOR], [QUEUE]), SIZE, trail_s=1.0)
    assert annotator.annotate(frame(), tracks((2, *box)), Counts()).shape == (720, 1280, 3)


def test_other_classes_are_named():
    annotator = Annotator(Scene(), SIZE, class_names={0: "person", 2: "car"})
    view = tracks((1, 300, 300, 400, 400))
    person = annotator.annotate(frame(), view, Counts())
    car = annotator.annotate(
        frame(), TrackView(view.track_id, view.xyxy, view.confidence, np.array([2])), Counts()
    )
    assert changed(car)[:295].sum() > changed(person)[:295].sum() + 300


def test_text_and_strokes_grow_with_the_frame():
    heights = {}
    for size in [(640, 360), (1280, 720), (3840, 2160)]:
        picture = Annotator(Scene(), size).annotate(frame(size), tracks(), Counts(camera_id="a"))
        heights[size[1]] = changed(picture).any(axis=1).sum()
    assert heights[360] < heights[720] < heights[2160]
    assert heights[2160] == pytest.approx(3 * heights[720], rel=0.2)


def test_trails_follow_the_feet_and_fade():
    annotator = Annotator(Scene(), SIZE, trail_s=1.0)
    picture = frame()
    for step in range(15):
        box = (7, 200 + 40 * step, 300, 240 + 40 * step, 500)
        picture = annotator.annotate(frame(), tracks(box), Counts(pts_ns=step * 100_000_000))
    distance = np.abs(picture.astype(int) - GRAY).sum(axis=2)
    old, new = distance[495:506, 375:386].max(), distance[495:506, 655:666].max()
    assert 0 < old < new
    assert distance[495:506, 215:300].max() == 0, "more than a second ago"


def test_trails_die_with_their_identity():
    trails = Trails(1.0)
    for number in range(1000):
        trails.extend(tracks((number, 0, 0, 10, 10)), number * 100_000_000)
        assert len(trails) <= 11
    trails.extend(tracks(), 0)
    assert len(trails) == 0, "a jump back in time"
    none = Trails(0.0)
    none.extend(tracks((1, 0, 0, 1, 1)), 0)
    assert len(none) == 0


def test_a_frame_of_another_size_is_refused():
    with pytest.raises(ValueError, match=r"expected shape \(720, 1280, 3\), found \(360, 640, 3\)"):
        Annotator(Scene(), SIZE).annotate(frame((640, 360)), tracks(), Counts())


def test_plates_hold_their_text():
    label = np.asarray(plate("in 12", 20, LINE, 255)).astype(int)
    inked = (np.abs(label[..., :3] - ink_on(LINE)).sum(axis=2) < 30) & (label[..., 3] == 255)
    assert inked.sum() > 40
    rows, columns = np.nonzero(inked)
    height, width = inked.shape
    assert rows.min() >= 4
    assert rows.max() <= height - 5
    assert columns.min() >= 4
    assert columns.max() <= width - 5
    assert plate("in 12", 20, LINE, 255) is plate("in 12", 20, LINE, 255)


def test_save_png_keeps_every_pixel(tmp_path):
    picture = np.arange(60 * 80 * 3, dtype=np.uint32).astype(np.uint8).reshape(60, 80, 3)
    save_png(tmp_path / "picture.png", picture)
    with Image.open(tmp_path / "picture.png") as loaded:
        assert (np.asarray(loaded) == picture).all()
