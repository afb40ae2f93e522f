"""Finding people in pictures: the `Detector` protocol, detectors for ONNX models and for motion, and the catalogue of models.

`open_detector` takes a file, a name of the catalogue or `motion`. Any ONNX model of a known kind can be brought along:
`describe` says what a file was recognised as, and why.
"""

from sightline.detectors.catalogue import Entry, cached_path, entries, find_entry, is_cached, model_dir, pull
from sightline.detectors.classes import class_ids
from sightline.detectors.description import ModelDescription, Sidecar, sidecar_path
from sightline.detectors.inspection import Inspection, describe, describe_json, inspect
from sightline.detectors.motion import MotionDetector
from sightline.detectors.onnxruntime_detector import OnnxDetector
from sightline.detectors.opening import open_detector
from sightline.detectors.protocol import Batch, Columns, Detector

__all__ = [
    "Batch",
    "Columns",
    "Detector",
    "Entry",
    "Inspection",
    "ModelDescription",
    "MotionDetector",
    "OnnxDetector",
    "Sidecar",
    "cached_path",
    "class_ids",
    "describe",
    "describe_json",
    "entries",
    "find_entry",
    "inspect",
    "is_cached",
    "model_dir",
    "open_detector",
    "pull",
    "sidecar_path",
]
