"""Pictures with what was found drawn on them, so that a person can look whether it is right.

[`Annotator`][sightline.render.Annotator] draws one source's lines, zones, tracks and counts on RGB frames;
[`save_png`][sightline.render.save_png] keeps one. Drawing decides nothing and counts nothing: the counts are given to it.
"""

from sightline.render.annotator import Annotator
from sightline.render.files import save_png
from sightline.render.heat import heat_picture
from sightline.render.palette import color_of
from sightline.render.video import VideoRenderer
from sightline.render.views import Counts, LineCount, TrackView, ZoneCount

__all__ = [
    "Annotator",
    "Counts",
    "LineCount",
    "TrackView",
    "VideoRenderer",
    "ZoneCount",
    "color_of",
    "heat_picture",
    "save_png",
]
