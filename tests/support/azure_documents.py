"""Manifests of the tests, and pieces of which tests make more."""

import json
from pathlib import Path

from sightline.config.azure import load_azure

MANIFESTS = Path(__file__).resolve().parents[1] / "data" / "azure"
PEOPLE = "cognitiveservices.vision.spatialanalysis"
VEHICLES = "cognitiveservices.vision.vehicleanalysis"
QUAD = [(0.1, 0.5), (0.45, 0.5), (0.5, 0.95), (0.05, 0.95)]
SQUARE = [[0.2, 0.2], [0.8, 0.2], [0.8, 0.8], [0.2, 0.8]]
LINE = {"start": {"x": 0.1, "y": 0.5}, "end": {"x": 0.9, "y": 0.5}}
TWIN = 'modulesContent.spatialanalysis["properties.desired"]'

# Most of the picture, for the ball that `write_ball` lets roll.
FLOOR = {
    "zones": [
        {
            "name": "floor",
            "polygon": [[0.1, 0.1], [0.9, 0.1], [0.9, 0.9], [0.1, 0.9]],
            "events": [
                {"type": "count", "config": {"trigger": "event", "threshold": 0.01, "focus": "center"}}
            ],
        }
    ]
}


def deployment(name, **options):
    return load_azure(MANIFESTS / name, environment={}, **options)


def zones(*events, **more):
    """A SPACEANALYTICS_CONFIG with one zone."""
    return json.dumps({"zones": [{"name": "hall", "polygon": SQUARE, "events": list(events), **more}]})


def notes_at(found, ending):
    return [(note.severity, note.meaning) for note in found.notes if note.path.endswith(ending)]
