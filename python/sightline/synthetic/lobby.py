"""The default scene: nine people in a lobby, for three quarters of a minute."""

from __future__ import annotations

from sightline.scene import Line, Zone
from sightline.synthetic.backdrop import Backdrop, Carpet
from sightline.synthetic.camera import Camera, GroundPoint
from sightline.synthetic.figure import Outfit, Walker
from sightline.synthetic.path import walk
from sightline.synthetic.scene import SyntheticScene

_DURATION_S = 42.0
_ENTRANCE = ((-1.5, 8.4), (-1.5, 15.4))
_WAITING = ((2.2, 16.2), (5.8, 16.2), (5.8, 12.4), (2.2, 12.4))


def _walkers() -> tuple[Walker, ...]:
    """Return the cast by their entrance; they keep apart, since a detector of motion sees two who touch as one."""
    return (
        # In across the line, and through the zone.
        Walker(walk(2.6, [(-9.8, 13.6), (10.8, 14.6)], speed_mps=1.4), Outfit((178, 46, 42))),
        # Round the far end of the line.
        Walker(
            walk(4.5, [(-13.5, 18.4), (13.5, 18.8)], speed_mps=1.6),
            Outfit((240, 240, 236), legs=(60, 62, 70)),
            height_m=1.80,
        ),
        # In across the line, in front.
        Walker(
            walk(5.5, [(-7.8, 10.4), (7.2, 8.2)], speed_mps=1.5),
            Outfit((24, 94, 104), legs=(50, 44, 52), hair=(36, 28, 26), skin=(188, 138, 106)),
            height_m=1.73,
        ),
        # Turns back before the line.
        Walker(
            walk(
                8.0, [(-10.5, 13.4), (-3.6, 13.0), (-3.5, 12.8), (-10.5, 12.2)], speed_mps=(1.35, 0.4, 1.35)
            ),
            Outfit((54, 88, 158), legs=(52, 46, 44), hair=(150, 110, 60)),
            height_m=1.70,
        ),
        # Out across the line, in front of everybody.
        Walker(
            walk(15.0, [(6.8, 8.3), (-7.6, 10.6)], speed_mps=1.3),
            Outfit((96, 52, 116), legs=(40, 34, 36), coat=True, hair=(28, 24, 24), skin=(142, 98, 72)),
            height_m=1.66,
        ),
        # Through the zone, and out across the line.
        Walker(
            walk(19.8, [(10.8, 14.2), (-10.4, 13.4)], speed_mps=1.45),
            Outfit((40, 118, 78), legs=(58, 60, 66), hair=(120, 70, 40)),
            height_m=1.84,
        ),
        # Waits in the zone, pacing, and leaves as they came.
        Walker(
            walk(
                23.4,
                [(10.6, 14.4), (4.9, 14.2), (3.6, 14.4), (4.7, 14.7), (3.7, 14.2), (4.4, 14.4), (10.8, 14.6)],
                speed_mps=(1.4, 0.5, 0.5, 0.5, 0.5, 1.4),
            ),
            Outfit((232, 184, 56), legs=(46, 58, 92), hair=(70, 48, 30)),
            height_m=1.78,
        ),
        # In across the line, in front, late.
        Walker(
            walk(32.6, [(-7.8, 10.4), (7.2, 8.2)], speed_mps=1.5),
            Outfit((44, 62, 78), legs=(90, 86, 80), hair=(190, 186, 180)),
            height_m=1.75,
        ),
        # Passes behind the one who leaves the zone.
        Walker(
            walk(35.6, [(13.5, 18.6), (-13.5, 18.2)], speed_mps=1.4),
            Outfit((206, 96, 36), legs=(44, 46, 50), skin=(166, 118, 88), hair=(30, 26, 26)),
        ),
    )


def default_scene(*, width: int = 1280, height: int = 720, fps: int = 25) -> SyntheticScene:
    """Return the scene of the demonstration.

    It has one line, `entrance`, and one zone, `waiting`. People cross the line both ways, one turns back before it and
    one walks round its end; some pass through the zone, and one waits there.

    Args:
        width: Of the picture, pixels.
        height: Of the picture, pixels; the view is as high at any size.
        fps: Frames per second.
    """
    camera = Camera(focal_px=height / 0.72, shift_px=height / 2.25, width=width, height=height)

    def unit(point: tuple[float, float]) -> tuple[float, float]:
        x, y = camera.unit_from_ground(GroundPoint(*point))
        return round(x, 3), round(y, 3)

    strip = ((-1.56, 15.4), (-1.44, 15.4), (-1.44, 8.4), (-1.56, 8.4))
    return SyntheticScene(
        camera,
        _walkers(),
        lines=(Line("entrance", unit(_ENTRANCE[0]), unit(_ENTRANCE[1])),),
        zones=(Zone("waiting", [unit(corner) for corner in _WAITING]),),
        duration_s=_DURATION_S,
        fps=fps,
        backdrop=Backdrop(
            carpets=(Carpet(strip, (120, 112, 100)), Carpet(_WAITING, (120, 138, 138))),
            planters=(-12.6, -5.4, 5.4, 12.6),
        ),
    )
