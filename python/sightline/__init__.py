"""People analytics on video: who crosses a line, enters a zone, stays how long, as typed events.

Names in flow order: a source, a detector, detections, a tracker, tracks, rules, events, sinks; `Pipeline` ties them together.
"""

from sightline import _core
from sightline.calibration import Calibration, CalibrationSettings, Calibrator
from sightline.detections import Detections
from sightline.detectors import Detector, MotionDetector, OnnxDetector, open_detector
from sightline.errors import (
    ConfigError,
    ModelError,
    RecordingError,
    SightlineError,
    SinkError,
    SourceError,
)
from sightline.events import (
    Event,
    LineCrossed,
    LineSummarized,
    LoiteringEnded,
    LoiteringStarted,
    PeopleCameClose,
    PeopleParted,
    QueueChanged,
    QueueLeft,
    QueueWaitExceeded,
    SpeedExceeded,
    SpeedRestored,
    WrongWay,
    WrongWayCrossed,
    ZoneCountChanged,
    ZoneDwelled,
    ZoneEntered,
    ZoneExited,
    ZoneOvercrowded,
    ZoneRelieved,
    ZoneSummarized,
)
from sightline.geometry import LineSet, PolygonSet
from sightline.ground import AutoCalibration, GroundPlane
from sightline.heat_map import HeatMap
from sightline.motions import Motions
from sightline.pipeline import Camera, Pipeline
from sightline.recording import DetectionRecorder, Recording, open_recording
from sightline.rules import LineZone, PolygonZone, Rules
from sightline.scene import Distance, Ground, GroundPoint, Line, Scene, Zone
from sightline.tracks import ByteTrack, Tracks
from sightline.video import Source, open_source

__version__ = _core.VERSION

__all__ = [
    "AutoCalibration",
    "ByteTrack",
    "Calibration",
    "CalibrationSettings",
    "Calibrator",
    "Camera",
    "ConfigError",
    "DetectionRecorder",
    "Detections",
    "Detector",
    "Distance",
    "Event",
    "Ground",
    "GroundPlane",
    "GroundPoint",
    "HeatMap",
    "Line",
    "LineCrossed",
    "LineSet",
    "LineSummarized",
    "LineZone",
    "LoiteringEnded",
    "LoiteringStarted",
    "ModelError",
    "MotionDetector",
    "Motions",
    "OnnxDetector",
    "PeopleCameClose",
    "PeopleParted",
    "Pipeline",
    "PolygonSet",
    "PolygonZone",
    "QueueChanged",
    "QueueLeft",
    "QueueWaitExceeded",
    "Recording",
    "RecordingError",
    "Rules",
    "Scene",
    "SightlineError",
    "SinkError",
    "Source",
    "SourceError",
    "SpeedExceeded",
    "SpeedRestored",
    "Tracks",
    "WrongWay",
    "WrongWayCrossed",
    "Zone",
    "ZoneCountChanged",
    "ZoneDwelled",
    "ZoneEntered",
    "ZoneExited",
    "ZoneOvercrowded",
    "ZoneRelieved",
    "ZoneSummarized",
    "__version__",
    "open_detector",
    "open_recording",
    "open_source",
]
