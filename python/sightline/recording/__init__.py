"""What a detector found, kept without pictures, so that tracker and rules can go over it again anywhere.

`DetectionRecorder` writes while a pipeline runs, `open_recording` reads: see `sightline.Pipeline`.
"""

from sightline.recording.blocks import MAGIC
from sightline.recording.entries import CameraEntry, EndEntry, RecordedFrame, RecordedStep, RunEntry
from sightline.recording.reader import RecordedSource, Recording, open_recording
from sightline.recording.recorder import DetectionRecorder

__all__ = [
    "MAGIC",
    "CameraEntry",
    "DetectionRecorder",
    "EndEntry",
    "RecordedFrame",
    "RecordedSource",
    "RecordedStep",
    "Recording",
    "RunEntry",
    "open_recording",
]
