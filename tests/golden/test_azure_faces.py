"""Masks in Azure's messages, from a manifest to what a consumer reads, with real models on a real photo."""

import json

import numpy as np
import pytest
from PIL import Image
from tests.support.azure_runs import validators

from sightline import _core

pytestmark = pytest.mark.slow

OPERATION = "cognitiveservices.vision.spatialanalysis-personcount"


@pytest.fixture(scope="module")
def street(module_sightline, fixtures):
    """A street with masked and unmasked people in the foreground, as a video of a second and a half."""
    with Image.open(fixtures / "faces" / "masked_img3.jpg") as photo:
        picture = np.ascontiguousarray(np.asarray(photo.convert("RGB"))[: photo.height // 2 * 2])
    path = module_sightline.folder / "street.mp4"
    writer = _core.VideoWriter(str(path), picture.shape[1], picture.shape[0], 10, 1)
    for _ in range(15):
        writer.write(picture)
    writer.finish()
    return path


def people(sightline, fixtures, street, *, masks):
    count = {"type": "count", "config": {"trigger": "event", "threshold": 0.001, "focus": "center"}}
    zone = {"name": "street", "polygon": [[0, 0], [1, 0], [1, 1], [0, 1]], "events": [count]}
    parameters = {
        "VIDEO_URL": str(street),
        "VIDEO_SOURCE_ID": "street",
        "VIDEO_IS_LIVE": False,
        "ENABLE_FACE_MASK_CLASSIFIER": masks,
        "SPACEANALYTICS_CONFIG": json.dumps({"zones": [zone]}),
    }
    path = sightline.folder / "street.json"
    path.write_text(json.dumps({"graphs": {"g": {"operationId": OPERATION, "parameters": parameters}}}))
    models = fixtures / "models"
    run = sightline(
        *("run", path, "--once", "--model", models / "yolox_nano_416.onnx"),
        *("--face-model", models / "yunet_n_dynamic.onnx", "--mask-model", models / "face_mask_260.onnx"),
    )
    assert run.returncode == 0, run.stderr
    found = [json.loads(line) for line in run.stdout.splitlines()]
    for message in found:
        for schema in validators(message):
            assert [fault.message for fault in schema.iter_errors(message)] == []
    return [detection for message in found for detection in message["detections"]]


def test_masks_and_faces_are_told_where_they_are_asked_for(module_sightline, fixtures, street):
    found = people(module_sightline, fixtures, street, masks=True)
    labels = {attribute["label"] for person in found for attribute in person.get("attributes", [])}
    assert labels == {"face_mask", "face_nomask"}
    for person in found:
        assert ("face" in person) == ("attributes" in person)
        if "face" in person:
            (top_left, bottom_right), (head, foot) = (
                person["face"]["region"]["points"],
                person["region"]["points"],
            )
            middle = (top_left["x"] + bottom_right["x"]) / 2
            assert head["x"] <= middle <= foot["x"]


def test_nothing_is_told_of_faces_where_nobody_asks(module_sightline, fixtures, street):
    for person in people(module_sightline, fixtures, street, masks=False):
        assert "face" not in person
        assert "attributes" not in person
