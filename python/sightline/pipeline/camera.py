"""What is watched: a source with its scene, and which classes of the detector count there."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from sightline.calibration import CalibrationSettings
from sightline.detectors import class_ids
from sightline.errors import ConfigError, Fault, ModelError, UnknownClassError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sightline.config import StationaryConfig
    from sightline.detectors import Detector
    from sightline.events.azure import AzureCamera
    from sightline.recording import Recording
    from sightline.scene import Scene
    from sightline.video import Source

USUAL_SIZE_PX = (1920, 1080)
"""Width and height until a live camera was reached; rules are in shares of the picture, so that it matters to nobody."""


@dataclass(frozen=True)
class Camera:
    """A source with the lines, zones and distances that are watched in it.

    Attributes:
        source: What to watch.
        scene: What is watched in it.
        classes: Names or ids of the classes that are followed, of those that the detector was opened for; `None` for all of these.
        stationary: What is taken for a mannequin or a poster and left out of tracking; `None` leaves nothing out.
        motions: Whether each `Image` says how its tracks move.
        calibration: How a ground that is found from people (`Ground(auto=True)`) is checked later on; people are tracks of
            the class `person`.
        azure: What is reported in Azure's JSON to the pipeline's `azure_sinks`; all lines and zones when absent.
        face_masks: Whether faces are looked at for masks, with the pipeline's `face_models`; Azure's messages tell it.
    """

    source: Source
    scene: Scene
    classes: Sequence[str | int] | None = None
    stationary: StationaryConfig | None = None
    motions: bool = False
    calibration: CalibrationSettings = field(default_factory=CalibrationSettings)
    azure: AzureCamera | None = None
    face_masks: bool = False


def classes_of(cameras: Sequence[Camera], detector: Detector | Recording) -> list[list[int] | None]:
    """Return the class ids that each camera asks for; the detector's names say what they are called."""
    found: list[list[int] | None] = []
    faults: list[Fault] = []
    for position, camera in enumerate(cameras):
        path = f"cameras[{position}].classes"
        try:
            found.append(class_ids(camera.classes, detector.class_names, num_classes=0))
        except UnknownClassError as error:
            faults += [Fault(f"{path}[{place}]", message) for place, message in error.faults]
        except ModelError:
            faults.append(Fault(path, f"expected names or ids, or None for all; found {camera.classes!r}"))
    if faults:
        raise ConfigError(faults)
    return found
