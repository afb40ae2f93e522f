"""From sources to events: the loop that ties everything together."""

from sightline.pipeline.camera import USUAL_SIZE_PX, Camera
from sightline.pipeline.changes import Change, carried_counts
from sightline.pipeline.pipeline import Pipeline
from sightline.pipeline.results import Connection, Ending, Image, Stage, Step, Watch

__all__ = [
    "USUAL_SIZE_PX",
    "Camera",
    "Change",
    "Connection",
    "Ending",
    "Image",
    "Pipeline",
    "Stage",
    "Step",
    "Watch",
    "carried_counts",
]
