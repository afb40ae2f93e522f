"""Face models are opened only where masks are asked for, and nothing is written; watched from inside the process."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

WATCH = """
import json, os, sys
opened, written = [], []
def watch(event, arguments):
    if event == "open":
        name, mode, flags = arguments
        if isinstance(name, (str, bytes)):
            (written if flags & (os.O_WRONLY | os.O_RDWR | os.O_CREAT) else opened).append(os.fsdecode(name))
    elif event in ("os.mkdir", "os.rename", "os.link", "os.symlink", "os.truncate", "socket.connect"):
        written.append(f"{event} {arguments[0]}")
sys.addaudithook(watch)
sys.dont_write_bytecode = True
import numpy as np
import sightline
folder, masks = sys.argv[1], sys.argv[2] == "on"
from sightline.faces import FaceMaskClassifier
classifier = FaceMaskClassifier(folder + "/yunet_n_dynamic.onnx", folder + "/face_mask_260.onnx") if masks else None
tracker = sightline.ByteTrack()
rules = sightline.Rules(sightline.Scene(zones=[sightline.Zone("all", [(0, 0), (1, 0), (1, 1), (0, 1)])]), size_px=(1024, 791))
detector = sightline.open_detector(folder + "/yolox_nano_416.onnx")
from PIL import Image
with Image.open(folder + "/../faces/crowd_11.jpg") as file:
    picture = np.asarray(file.convert("RGB"))
before, seen = len(opened), 0
events = 0
for number in range(4):
    found = detector.detect(picture)
    now = sightline.Detections.of(found.xyxy, confidence=found.confidence, pts_ns=number * 10**8, size_px=(1024, 791))
    tracks = tracker.update(now)
    events += len(rules.update(tracks))
    if classifier:
        during = len(opened)
        classifier.update(picture, tracks, now.pts_ns)
        assert opened[during:] == [], opened[during:]
        seen = max(seen, len(classifier.face_masks))
print(json.dumps({"opened": opened, "written": written, "seen": seen, "events": events}))
"""


def watched(fixtures, folder: Path, masks: str) -> dict:
    script = folder / "watch.py"
    script.write_text(WATCH)
    done = subprocess.run(
        [sys.executable, "-B", str(script), str(fixtures / "models"), masks],
        cwd=folder,
        capture_output=True,
        text=True,
        check=True,
    )
    return json.loads(done.stdout)


@pytest.mark.parametrize("masks", ["off", "on"])
def test_face_models_are_opened_only_when_asked_for_and_nothing_is_written(fixtures, tmp_path, masks):
    report = watched(fixtures, tmp_path, masks)
    opened = {Path(name).name for name in report["opened"]}
    assert "yolox_nano_416.onnx" in opened
    assert report["events"] > 0
    face_models = {"yunet_n_dynamic.onnx", "face_mask_260.onnx", "version-RFB-320.onnx"}
    assert opened & face_models == (set() if masks == "off" else face_models - {"version-RFB-320.onnx"})
    assert (report["seen"] > 0) == (masks == "on")
    assert report["written"] == []
    assert [path.name for path in tmp_path.rglob("*")] == ["watch.py"]
