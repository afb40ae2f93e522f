"""Lines, zones, boxes and counts on a frame.

What does not move, the zones and lines, is drawn once when the annotator is made. A frame then only costs its boxes
and plates, and plates are kept while their text stays the same.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from PIL import Image, ImageDraw

from sightline.render.labels import FineCanvas, dot, plate
from sightline.render.palette import INK, LINE, PAPER, ZONE, Rgb, color_of
from sightline.render.trails import Trails
from sightline.render.views import Counts, LineCount, ZoneCount

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from sightline.render.views import LineLike, SceneLike, TracksLike, ZoneLike

_REFERENCE_HEIGHT_PX = 720
_SECOND_NS = 1_000_000_000


class _Marked(NamedTuple):
    """A line or zone, and where its plate is centered, pixels."""

    name: str
    x: float
    y: float


class Annotator:
    """Draws one source's tracks and counts.

    Args:
        scene: Its lines and zones, in unit space; `sightline.Scene` fits.
        size: Width and height of its frames, pixels.
        trail_s: Seconds of the way behind each person that are shown; 0 for none.
        class_names: Words for class ids, put before the identity of whatever is not a `person`.
    """

    def __init__(
        self,
        scene: SceneLike,
        size: tuple[int, int],
        *,
        trail_s: float = 0.0,
        class_names: Mapping[int, str] | None = None,
    ) -> None:
        self.size = size
        self._scale = max(size[1] / _REFERENCE_HEIGHT_PX, 0.4)
        self._text_px = max(round(15 * self._scale), 9)
        self._class_names = class_names or {}
        self._trails = Trails(trail_s)
        self._lines = [_Marked(line.name, *self._line_plate(line)) for line in scene.lines]
        self._zones = [_Marked(zone.name, *self._zone_plate(zone)) for zone in scene.zones]
        self._overlay = self._drawn_once(scene)

    def annotate(self, rgb: NDArray[np.uint8], tracks: TracksLike, counts: Counts) -> NDArray[np.uint8]:
        """Return a copy of a frame with everything drawn on it.

        Args:
            rgb: The frame, (height, width, 3).
            tracks: Who is seen in it; `sightline.Tracks` fits.
            counts: What has been counted up to it.

        Raises:
            ValueError: When the frame has another size than the annotator was made for.
        """
        if rgb.shape != (self.size[1], self.size[0], 3):
            raise ValueError(f"rgb: expected shape {(self.size[1], self.size[0], 3)}, found {rgb.shape}")
        image = Image.fromarray(rgb)
        self._trails.extend(tracks, counts.pts_ns)
        if self._overlay is not None:
            corner, overlay = self._overlay
            image.paste(overlay, corner, overlay)
        self._draw_tracks(image, tracks, counts.pts_ns)
        self._draw_counts(image, counts)
        self._draw_header(image, counts, len(tracks.track_id))
        return np.array(image)

    def _drawn_once(self, scene: SceneLike) -> tuple[tuple[int, int], Image.Image] | None:
        """Return the zones and lines as a picture and where it goes; None where there are none."""
        canvas = FineCanvas(self.size)
        for zone in scene.zones:
            corners = [self._pixels(corner) for corner in zone.polygon]
            canvas.polygon(corners, ZONE, 56)
            canvas.stroke([*corners, corners[0]], 2.0 * self._scale, ZONE, 220)
        for line in scene.lines:
            self._draw_line(canvas, line)
        picture = canvas.picture()
        bounds = picture.getbbox()
        return None if bounds is None else (bounds[:2], picture.crop(bounds))

    def _draw_line(self, canvas: FineCanvas, line: LineLike) -> None:
        start, end = self._pixels(line.start), self._pixels(line.end)
        along_x, along_y = _direction(start, end)
        scale = self._scale
        middle_x, middle_y = (start[0] + end[0]) / 2, (start[1] + end[1]) / 2

        def at(inward: float, along: float) -> tuple[float, float]:
            # Facing from start to end on a screen, `in` is to the right.
            return (
                middle_x + (along * along_x - inward * along_y) * scale,
                middle_y + (along * along_y + inward * along_x) * scale,
            )

        canvas.stroke([start, end], 6.0 * scale, PAPER, 200)
        canvas.stroke([at(0, 0), at(30, 0)], 7.0 * scale, PAPER, 200)
        canvas.polygon([at(47, 0), at(25, 13), at(25, -13)], PAPER, 200)
        canvas.stroke([start, end], 3.0 * scale, LINE, 255)
        canvas.stroke([at(0, 0), at(30, 0)], 3.5 * scale, LINE, 255)
        canvas.polygon([at(43, 0), at(27, 9.5), at(27, -9.5)], LINE, 255)
        for point in (start, end):
            canvas.stroke([point, point], 11.0 * scale, PAPER, 220)
            canvas.stroke([point, point], 7.0 * scale, LINE, 255)

    def _draw_tracks(self, image: Image.Image, tracks: TracksLike, pts_ns: int) -> None:
        draw = ImageDraw.Draw(image)
        thick = max(round(2 * self._scale), 1)
        rows = list(
            zip(tracks.track_id.tolist(), tracks.xyxy.tolist(), tracks.class_id.tolist(), strict=True)
        )
        for track_id, _, _ in rows:
            self._draw_trail(image, track_id, pts_ns)
        for track_id, (x0, y0, x1, y1), class_id in rows:
            color = color_of(track_id)
            left, top = round(x0), round(y0)
            right, bottom = max(round(x1), left), max(round(y1), top)
            draw.rectangle((left, top, right, bottom), outline=color, width=thick)
            name = self._class_names.get(class_id, "person")
            text = f"#{track_id}" if name == "person" else f"{name} #{track_id}"
            label = plate(text, self._text_px, color, 255)
            above = top - label.height + thick
            self._put(image, label, left, above if above >= 0 else top)

    def _draw_trail(self, image: Image.Image, track_id: int, pts_ns: int) -> None:
        color = color_of(track_id)
        for x, y, freshness in self._trails.of(track_id, pts_ns):
            # In eight steps, so that the dots can be kept.
            step = round(freshness * 8)
            mask = dot(self._scale * (1.2 + 0.25 * step), 40 + 25 * step)
            image.paste(color, (round(x - mask.width / 2), round(y - mask.height / 2)), mask)

    def _draw_counts(self, image: Image.Image, counts: Counts) -> None:
        for mark in self._zones:
            zone = counts.zones.get(mark.name, ZoneCount())
            self._put_centered(image, f"{mark.name}   now {zone.inside}   entered {zone.entered}", ZONE, mark)
        for mark in self._lines:
            line = counts.lines.get(mark.name, LineCount())
            self._put_centered(image, f"{mark.name}   in {line.inward}   out {line.outward}", LINE, mark)

    def _draw_header(self, image: Image.Image, counts: Counts, people: int) -> None:
        words = [counts.camera_id, clock(counts.pts_ns), f"{people} in view"]
        text = "     ".join(word for word in words if word)
        margin = round(12 * self._scale)
        self._put(image, plate(text, round(self._text_px * 1.15), INK, 205), margin, margin)

    def _put_centered(self, image: Image.Image, text: str, color: Rgb, mark: _Marked) -> None:
        label = plate(text, self._text_px, color, 235)
        self._put(image, label, round(mark.x - label.width / 2), round(mark.y - label.height / 2))

    def _put(self, image: Image.Image, label: Image.Image, x: int, y: int) -> None:
        """Lay a plate on the image, moved as far as needed to be within it."""
        x = max(min(x, self.size[0] - label.width), 0)
        y = max(min(y, self.size[1] - label.height), 0)
        image.paste(label, (x, y), label)

    def _line_plate(self, line: LineLike) -> tuple[float, float]:
        """Return the place beyond the line's lower end, where the plate covers neither line nor arrow."""
        start, end = self._pixels(line.start), self._pixels(line.end)
        upper, lower = sorted((start, end), key=lambda point: point[1])
        along_x, along_y = _direction(upper, lower)
        clear = (26 + 70 * abs(along_x)) * self._scale
        return lower[0] + along_x * clear, lower[1] + along_y * clear

    def _zone_plate(self, zone: ZoneLike) -> tuple[float, float]:
        """Return the middle of the zone's lower border, on which the plate sits."""
        corners = [self._pixels(corner) for corner in zone.polygon]
        lowest = max(y for _, y in corners)
        near = [x for x, y in corners if y > lowest - 0.02 * self.size[1]]
        return (min(near) + max(near)) / 2, lowest

    def _pixels(self, point: tuple[float, float]) -> tuple[float, float]:
        return point[0] * self.size[0], point[1] * self.size[1]


def clock(pts_ns: int) -> str:
    """Return a time as minutes, seconds and tenths, with hours where there are any.

    >>> clock(65_432_000_000), clock(3_600_000_000_000)
    ('01:05.4', '1:00:00.0')
    """
    sign = "-" if pts_ns < 0 else ""
    tenths = abs(pts_ns) * 10 // _SECOND_NS
    minutes, tenths = divmod(tenths, 600)
    hours, minutes = divmod(minutes, 60)
    rest = f"{minutes:02d}:{tenths // 10:02d}.{tenths % 10}"
    return f"{sign}{hours}:{rest}" if hours else f"{sign}{rest}"


def _direction(start: tuple[float, float], end: tuple[float, float]) -> tuple[float, float]:
    """Return the unit vector from start to end; a point has none and gets one to the right."""
    dx, dy = end[0] - start[0], end[1] - start[1]
    length = (dx * dx + dy * dy) ** 0.5
    return (dx / length, dy / length) if length > 0 else (1.0, 0.0)
