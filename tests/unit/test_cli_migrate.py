"""`sightline migrate` and `sightline check` as a person uses them."""

import json
import shutil
import stat
from pathlib import Path

import pytest

from sightline.config import load_config
from sightline.config.azure import load_azure
from sightline.sinks import StdoutConfig

MANIFESTS = Path(__file__).resolve().parents[1] / "data" / "azure"


@pytest.fixture
def manifest(tmp_path):
    def copied(name):
        return shutil.copy(MANIFESTS / name, tmp_path / name)

    return copied


def said(result):
    return " ".join((result.stdout + result.stderr).split())


def test_it_explains_each_camera_and_writes_nothing(sightline, manifest, tmp_path):
    result = sightline("migrate", manifest("stack-edge.json"))
    assert result.returncode == 0, result.stderr
    assert result.stdout == ""
    for words in (
        "entrance-cam: rtsp://***@10.0.4.11:554/main",
        "zone till queue, count",
        "has no meaning here",
        "nothing was written",
    ):
        assert words in said(result)
    assert "s3cret" not in result.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["stack-edge.json"]


def test_what_it_writes_is_the_same_configuration(sightline, manifest, tmp_path):
    path = manifest("virtual-machine.json")
    result = sightline("migrate", path, "--output", "shop.toml")
    assert result.returncode == 0, result.stderr
    written = load_config(tmp_path / "shop.toml")
    assert written.cameras == load_azure(path).config.cameras
    assert written.sinks == [StdoutConfig(encoding="azure")]
    assert sightline("check", "shop.toml").returncode == 0


def test_files_stay_where_they_are(sightline, manifest, tmp_path):
    (tmp_path / "out").mkdir()
    assert sightline("migrate", manifest("desktop.json"), "-o", "out/lab.toml").returncode == 0
    assert f'source = "{tmp_path / "videos" / "lab.mp4"}"' in (tmp_path / "out" / "lab.toml").read_text()
    assert sightline("migrate", "desktop.json", "-o", "lab.toml", "--azure-schema", "1.0").returncode == 0
    text = (tmp_path / "lab.toml").read_text()
    assert 'source = "videos/lab.mp4"' in text
    assert 'schema_version = "1.0"' in text


def test_only_its_owner_reads_it_and_nothing_is_written_over_unasked(sightline, manifest, tmp_path):
    path, output = manifest("stack-edge.json"), tmp_path / "shop.toml"
    assert sightline("migrate", path, "--output", output).returncode == 0
    assert stat.S_IMODE(output.stat().st_mode) == 0o600
    assert "secrets" in output.read_text().splitlines()[1]
    output.write_text("mine")
    output.chmod(0o644)
    result = sightline("migrate", path, "--output", output)
    assert (result.returncode, output.read_text()) == (1, "mine")
    assert "--force" in said(result)
    assert sightline("migrate", path, "--output", output, "--force").returncode == 0
    assert "s3cret" in output.read_text()
    assert stat.S_IMODE(output.stat().st_mode) == 0o600
    assert {path.name for path in tmp_path.iterdir()} == {"stack-edge.json", "shop.toml"}


@pytest.mark.parametrize(
    ("output", "complaint"),
    [("shop.json", "ends in .toml"), ("gone/shop.toml", "no such folder"), ("folder.toml", "is a directory")],
)
def test_where_it_cannot_write(sightline, manifest, tmp_path, output, complaint):
    (tmp_path / "folder.toml").mkdir()
    result = sightline("migrate", manifest("operation.json"), "--output", output)
    assert result.returncode == 1
    assert complaint in said(result)
    assert "Traceback" not in result.stderr


def test_for_programs(sightline, manifest):
    result = sightline("migrate", manifest("first-preview.json"), "--json")
    assert (result.returncode, result.stderr) == (0, "")
    found = json.loads(result.stdout)
    assert [camera["id"] for camera in found["cameras"]] == ["plaza", "dock"]
    assert found["cameras"][0]["source"] == "https://media.example.com/plaza.mp4?***"
    settings = {use["setting"]: use["value"] for use in found["cameras"][0]["settings"]}
    assert settings["VIDEO_IS_LIVE"] == "false"
    assert {note["severity"] for note in found["notes"]} == {"changed", "ignored"}
    assert found["output"] is None


@pytest.mark.parametrize("command", ["migrate", "check"])
def test_faults_are_told_with_their_places(sightline, tmp_path, command):
    text = (MANIFESTS / "stack-edge.json").read_text().replace("[0.45, 0.5]", "[450, 0.5]")
    (tmp_path / "bad.json").write_text(text)
    result = sightline(command, "bad.json", "--json")
    assert result.returncode == 1
    paths = [fault["path"] for fault in json.loads(result.stderr)["error"]]
    assert len(paths) == 2
    assert paths[0].endswith("graphs.tills.parameters.SPACEANALYTICS_CONFIG.zones[0].polygon[1][0]")
    (tmp_path / "worse.json").write_text(text[:-5])
    result = sightline(command, "worse.json")
    assert result.returncode == 1
    assert "worse.json: not valid JSON at line" in said(result)


def test_check_takes_a_manifest(sightline, manifest):
    result = sightline("check", manifest("stack-edge.json"))
    assert result.returncode == 0
    assert "a manifest of 3 camera(s): entrance-cam, till-cam, shelf-cam" in said(result)
