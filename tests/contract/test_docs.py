"""The reference names everything there is, and the README's Python is real."""

import ast
import json
import re
from pathlib import Path
from typing import get_args

import msgspec
import pytest
from jsonschema import Draft202012Validator
from tests.unit.test_pipeline import write_ball

import sightline
from sightline.config import (
    CameraConfig,
    Config,
    DetectorConfig,
    FacesConfig,
    OperateConfig,
    OutboxConfig,
    StationaryConfig,
    TrackerConfig,
)
from sightline.config.strict import convert
from sightline.config.toml import load_config, read_toml
from sightline.detectors import open_detector
from sightline.events import EVENT_TYPES
from sightline.events.azure import AzureCamera, AzureReport
from sightline.events.conduct import Conduct
from sightline.events.schema import schema_of
from sightline.operate import Observer
from sightline.operate.health import Health, Patience
from sightline.operate.metrics import Metrics
from sightline.outbox import Outbox, Route
from sightline.pipeline import Pipeline
from sightline.scene import Distance, Ground, GroundPoint, Line, Scene, Zone
from sightline.sinks import JsonLinesSink, sink_kind, sink_types
from sightline.sinks.secrets import Secret
from sightline.urls import is_live
from sightline.video import open_source

ROOT = Path(__file__).resolve().parents[2]
REFERENCE = ROOT / "docs" / "reference"


def code_words(text: str) -> set[str]:
    return {word for span in re.findall(r"`([^`\n]+)`", text) for word in re.findall(r"[A-Za-z_0-9]+", span)}


@pytest.mark.parametrize(
    "model",
    [
        Config,
        CameraConfig,
        DetectorConfig,
        TrackerConfig,
        FacesConfig,
        OperateConfig,
        OutboxConfig,
        StationaryConfig,
        *map(sink_kind, sink_types()),
        Secret,
        AzureCamera,
        AzureReport,
        Scene,
        Line,
        Zone,
        Distance,
        Ground,
        GroundPoint,
    ],
)
def test_every_field_of_the_configuration_is_in_its_reference(model):
    named = code_words((REFERENCE / "configuration.md").read_text())
    assert {field.encode_name for field in msgspec.structs.fields(model)} - {
        "cameras",
        "sinks",
        "detector",
        "tracker",
        "outbox",
        "faces",
        "operate",
    } <= named


def test_the_configuration_in_the_reference_is_one(tmp_path):
    (text,) = re.findall(r"```toml\n(.*?)```", (REFERENCE / "configuration.md").read_text(), re.DOTALL)
    (tmp_path / "run.toml").write_text(text)
    assert convert(read_toml(tmp_path / "run.toml"), Config).cameras[0].zones[0].dwell_s == 30


def test_every_public_name_is_in_the_python_reference():
    named = code_words((REFERENCE / "python.md").read_text())
    assert set(sightline.__all__) - {"__version__"} <= named


def test_every_link_in_the_documents_leads_somewhere():
    documents = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *ROOT.glob("docs/**/*.md")]
    links = [
        (document, link)
        for document in documents
        for link in re.findall(r"\]\(([^)#]+)\)", document.read_text())
        if not link.startswith("https://")
    ]
    assert len(links) > 10
    assert [
        f"{document.name}: {link}" for document, link in links if not (document.parent / link).exists()
    ] == []


def test_the_readmes_first_script_runs_as_it_stands(tmp_path, monkeypatch, capsys):
    first, second = re.findall(r"```python\n(.*?)```", (ROOT / "README.md").read_text(), re.DOTALL)
    ast.parse(second)
    write_ball(tmp_path / "lobby.mp4")
    monkeypatch.chdir(tmp_path)
    exec(compile(first, "README.md", "exec"), {})  # noqa: S102 - our own text
    model = {"my_model": lambda pixels: ([[130, 10, 180, 60]], [0.9]), "sightline": sightline}
    exec(compile(second, "README.md", "exec"), model)  # noqa: S102 - our own text
    assert "Traceback" not in capsys.readouterr().err


def test_the_guide_to_streams_shows_settings_that_exist(tmp_path):
    text = (ROOT / "docs" / "guide" / "streams.md").read_text()
    live, looped, chosen, filtered = (
        convert(read_toml(file), Config)
        for file in written(re.findall(r"```toml\n(.*?)```", text, re.DOTALL), tmp_path)
    )
    assert is_live(live.cameras[0].source)
    assert looped.cameras[0].loop
    assert [camera.classes for camera in chosen.cameras] == [None, ["car", "truck"]]
    assert filtered.cameras[0].stationary == StationaryConfig()
    codes = re.findall(r"```python\n(.*?)```", text, re.DOTALL)
    assert len(codes) == 2
    for code in codes:
        ast.parse(code)


def test_the_guide_to_operating_names_every_metric_and_settings_that_exist(tmp_path):
    text = (ROOT / "docs" / "guide" / "operate.md").read_text()
    settings = re.findall(r"```toml\n(.*?)```", text, re.DOTALL)
    assert len(settings) == 3
    for lines in settings:
        (tmp_path / "run.toml").write_text('[[cameras]]\nsource = "lobby.mp4"\n' + lines)
        assert load_config(tmp_path / "run.toml").operate.listen
    video = write_ball(tmp_path / "lobby.mp4")
    observer = Observer()
    route = Route("webhook", JsonLinesSink(tmp_path / "out.jsonl"))
    with Pipeline(
        source=open_source(video, source_id="lobby"),
        scene=Scene(lines=[Line("middle", (0, 0.5), (1, 0.5))]),
        detector=open_detector("motion"),
        sinks=[Outbox(tmp_path / "outbox.db", [route])],
    ) as pipeline:
        observer.attach(pipeline)
        for _ in pipeline:
            pass
        page = Metrics(observer, Health(observer, Patience()), version="1").text().decode()
    families = set(re.findall(r"^# TYPE (sightline_\w+) ", page, re.MULTILINE))
    assert len(families) > 30
    assert families <= code_words(text)
    rules = (ROOT / "examples" / "prometheus" / "sightline.rules.yml").read_text()
    asked = set(re.findall(r"\bsightline_\w+", rules))
    assert len(asked) > 10
    assert asked <= {*re.findall(r"^(sightline_\w+)", page, re.MULTILINE), *families}


def test_the_guide_to_replays_runs_as_it_stands(tmp_path, monkeypatch):
    (code,) = re.findall(r"```python\n(.*?)```", (ROOT / "docs/guide/replay.md").read_text(), re.DOTALL)
    write_ball(tmp_path / "lobby.mp4")
    monkeypatch.chdir(tmp_path)
    exec(compile(code, "replay.md", "exec"), {})  # noqa: S102 - our own text


def written(texts, folder):
    files = [folder / f"{number}.toml" for number in range(len(texts))]
    for file, text in zip(files, texts, strict=True):
        file.write_text(text)
    return files


def test_the_guide_to_analytics_shows_settings_and_events_that_exist(tmp_path):
    text = (ROOT / "docs" / "guide" / "analytics.md").read_text()
    settings = re.findall(r"```toml\n(.*?)```", text, re.DOTALL)
    for number, lines in enumerate(settings):
        camera = "" if lines.startswith("[[cameras]]") else '[[cameras]]\nsource = "lobby.mp4"\n'
        (tmp_path / f"{number}.toml").write_text(camera + lines)
        load_config(tmp_path / f"{number}.toml")
    shown = [
        json.loads(line)
        for block in re.findall(r"```json\n(.*?)```", text, re.DOTALL)
        for line in block.splitlines()
    ]
    kinds = {kind.type: schema_of(kind)["properties"]["data"]["properties"] for kind in EVENT_TYPES}
    for event in shown:
        fields = kinds[event["type"]]
        for name, value in event["data"].items():
            Draft202012Validator(fields[name]).validate(value)
    assert len(settings) >= 9
    assert {event["type"] for event in shown} >= {kind.type for kind in get_args(Conduct)}
