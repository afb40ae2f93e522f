"""Manifests that something is wrong with are read with notes, or refused with a path to every fault; nothing else happens."""

import json
import tempfile
import tomllib
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.support.azure_mutations import KINDS, mutants

from sightline.config import Config
from sightline.config.azure import is_azure, load_azure
from sightline.config.azure.region_settings import CONFIG_SETTINGS, REGION_SETTINGS
from sightline.config.azure.settings import SETTINGS
from sightline.config.strict import convert
from sightline.config.toml import scene_of
from sightline.config.write_toml import toml_of
from sightline.errors import ConfigError
from sightline.rules import check_scene
from sightline.scene import Scene

MANIFESTS = Path(__file__).resolve().parents[2] / "data" / "azure"
GOOD = [json.loads(path.read_text()) for path in sorted(MANIFESTS.glob("*.json"))]
MUTANTS = 40 * len(KINDS)


def outcome(path: Path) -> str:
    """Load a file and check all that must hold whatever is in it; return whether it was `read` or `refused`."""
    refused = None
    try:
        deployment = load_azure(path, environment={})
    except ConfigError as error:
        refused = error
    if refused is not None:
        assert refused.faults
        for fault in refused.faults:
            assert fault.path, fault
            assert fault.message, fault
            assert "s3cret" not in str(fault)
        return "refused"
    assert "s3cret" not in repr(deployment) + repr(deployment.config)
    for note in deployment.notes:
        assert note.path, note
        assert note.meaning, note
        assert "s3cret" not in str(note)
    assert convert(tomllib.loads(toml_of(deployment.config)), Config) == deployment.config
    for camera in deployment.config.cameras:
        scene = scene_of(camera)
        known = camera.ground is not None and not camera.ground.auto
        check_scene(
            Scene(
                lines=scene.lines,
                zones=[zone for zone in scene.zones if not zone.even_odd],
                distances=scene.distances if known else [],
                ground=scene.ground,
            )
        )
        assert camera.azure is not None
        regions = {region.name for region in (*camera.lines, *camera.zones)}
        assert {report.region for report in camera.azure.reports} <= regions
    return "read"


def test_hundreds_of_mutants_are_read_or_refused(tmp_path):
    outcomes: Counter[tuple[str, str]] = Counter()
    for number, mutant in enumerate(mutants(GOOD, MUTANTS, seed=2025)):
        path = tmp_path / f"{number}.json"
        path.write_bytes(mutant.text.encode("utf-8", "surrogatepass"))
        try:
            outcomes[mutant.kind, outcome(path)] += 1
        except Exception as error:
            raise AssertionError(f"{mutant.kind}: {mutant.text}") from error
    assert outcomes.total() == MUTANTS
    kinds = {kind for kind, _ in KINDS}
    assert {kind for kind, how in outcomes if how == "refused"} == kinds
    # What can make no sense never does; what may be left out or forgiven often is.
    refused_always = {"point_outside", "unknown_operation", "key_twice"}
    assert {kind for kind, how in outcomes if how == "read"} == kinds - refused_always


LEAVES = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8)
NAMES = st.sampled_from(
    [
        *(
            "modulesContent",
            "content",
            "properties.desired",
            "properties",
            "desired",
            "graphs",
            "operationId",
        ),
        *(
            "parameters",
            "instances",
            "sharedNodes",
            "sharedNodeMap",
            "enabled",
            "zones",
            "lines",
            "start",
            "end",
        ),
        *(setting.name for setting in (*SETTINGS, *REGION_SETTINGS, *CONFIG_SETTINGS)),
    ]
)
ANYTHING = st.recursive(
    LEAVES
    | st.sampled_from(["cognitiveservices.vision.spatialanalysis-personcount", "count", "0.5", "rtsp://h/s"]),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(NAMES | st.text(max_size=5), inner, max_size=5)
        | inner.map(json.dumps)
    ),
    max_leaves=20,
)


@given(ANYTHING)
def test_any_json_is_read_or_refused(value):
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "any.json"
        path.write_text(json.dumps(value))
        outcome(path)


@given(ANYTHING)
def test_any_parameters_of_a_camera_are_read_or_refused(value):
    operation = "cognitiveservices.vision.spatialanalysis"
    graph = {"operationId": operation, "parameters": {"VIDEO_URL": "a.mp4", "SPACEANALYTICS_CONFIG": value}}
    wrapped = {"operationId": operation, "parameters": value}
    with tempfile.TemporaryDirectory() as folder:
        for document in (graph, wrapped):
            path = Path(folder) / "any.json"
            path.write_text(json.dumps(document))
            outcome(path)


@given(st.binary(max_size=64))
def test_any_bytes_are_read_or_refused(data):
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "any.json"
        path.write_bytes(data)
        assert is_azure(path)
        assert outcome(path) == "refused"


@pytest.mark.parametrize("name", ["nowhere.json", ".", "nowhere.toml"])
def test_what_is_no_file_is_refused(tmp_path, name):
    assert outcome(tmp_path / name) == "refused"
