"""From sources to events: the loop that ties everything together."""

from sightline.pipeline.camera import USUAL_SIZE_PX, Camera
from sightline.pipeline.pipeline import Pipeline
from sightline.pipeline.results import Connection, Ending, Image, Stage, Step, Watch

__all__ = ["USUAL_SIZE_PX", "Camera", "Connection", "Ending", "Image", "Pipeline", "Stage", "Step", "Watch"]
