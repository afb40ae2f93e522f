"""A test scene with known truth: people walk through a lobby, and every event's time is exact.

[`default_scene`][sightline.synthetic.default_scene] is what `sightline demo` shows. A
[`SyntheticScene`][sightline.synthetic.SyntheticScene] of your own takes a `Camera`, walkers with paths in meters, and
`sightline.Line`s and `sightline.Zone`s; `render_frame` draws it, `write` encodes it, and `truth` says what happens in it.

>>> scene = default_scene()
>>> scene.frame_count, len(scene.walkers)
(1050, 9)
"""

from sightline.synthetic.backdrop import Backdrop, Carpet
from sightline.synthetic.camera import Camera, GroundPoint
from sightline.synthetic.figure import Figure, Outfit, Walker
from sightline.synthetic.lobby import default_scene
from sightline.synthetic.path import Path, Waypoint, walk
from sightline.synthetic.scene import FrameWriter, SyntheticScene, WriterFactory
from sightline.synthetic.truth import Crossing, Truth, TruthTracks, Visit

__all__ = [
    "Backdrop",
    "Camera",
    "Carpet",
    "Crossing",
    "Figure",
    "FrameWriter",
    "GroundPoint",
    "Outfit",
    "Path",
    "SyntheticScene",
    "Truth",
    "TruthTracks",
    "Visit",
    "Walker",
    "Waypoint",
    "WriterFactory",
    "default_scene",
    "walk",
]
