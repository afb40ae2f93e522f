"""Writes a document, or one operation with parameters, and loads it."""

import json

import pytest

from sightline.config.azure import load_azure
from sightline.errors import ConfigError

PEOPLE = "cognitiveservices.vision.spatialanalysis"


@pytest.fixture
def load(tmp_path):
    """Write a document, a text, or one operation with these parameters, and load it."""

    def write_and_load(document=None, *, operation=f"{PEOPLE}-personcount", environment=None, **parameters):
        if document is None:
            given = {"VIDEO_URL": "rtsp://h/s", "VIDEO_SOURCE_ID": "cam", "VIDEO_IS_LIVE": True, **parameters}
            kept = {name: value for name, value in given.items() if value is not ...}
            document = {"operationId": operation, "parameters": kept}
        path = tmp_path / "manifest.json"
        path.write_text(document if isinstance(document, str) else json.dumps(document))
        return load_azure(path, environment=environment or {})

    return write_and_load


@pytest.fixture
def camera(load):
    def only_camera(**parameters):
        (found,) = load(**parameters).config.cameras
        return found

    return only_camera


@pytest.fixture
def faults(load):
    def refused(document=None, **parameters):
        with pytest.raises(ConfigError) as error:
            load(document, **parameters)
        return {fault.path: fault.message for fault in error.value.faults}

    return refused
