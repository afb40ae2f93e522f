"""Whatever a person points the program at, the answer says what was found and what to do; never a traceback."""

import shutil
import subprocess

import numpy as np
import pytest
from tests.support.onnx_graphs import save_constant_model
from tests.unit.test_pipeline import write_ball

LINE = ("--line", "door:0.1,0.5,0.9,0.5")


def answer(sightline, *arguments) -> str:
    result = sightline(*arguments)
    assert result.returncode == 1, result.stderr
    assert "Traceback" not in result.stderr
    assert result.stdout == ""
    return " ".join(result.stderr.split())


def test_no_such_file(sightline):
    said = answer(sightline, "run", "nowhere.mp4", *LINE)
    assert "nowhere.mp4" in said
    assert "no such file" in said.lower()


def test_a_directory(sightline, tmp_path):
    (tmp_path / "videos").mkdir()
    assert "directory" in answer(sightline, "run", "videos", *LINE)


def test_an_empty_file(sightline, tmp_path):
    (tmp_path / "empty.mp4").write_bytes(b"")
    assert "empty" in answer(sightline, "run", "empty.mp4", *LINE)


def test_a_text_file_named_mp4(sightline, tmp_path):
    (tmp_path / "notes.mp4").write_text("buy milk\n" * 100)
    said = answer(sightline, "run", "notes.mp4", *LINE)
    assert "notes.mp4" in said
    assert "not a video" in said.lower()


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("door:0.1,0.5", "4 numbers"),
        ("0.1,0.5,0.9,0.5", "NAME:"),
        ("door:0.1,0.5,0.9,1.5", "1.5"),
        ("door:0.1,0.5,0.1,0.5", "line"),
    ],
    ids=["too-few", "no-name", "outside", "zero-length"],
)
def test_a_line_that_is_none(sightline, fixtures, text, complaint):
    video = fixtures / "videos" / "people-detection.gif"
    assert complaint in answer(sightline, "run", video, "--model", "motion", "--line", text)


def test_a_self_intersecting_zone(sightline, fixtures):
    video = fixtures / "videos" / "people-detection.gif"
    zone = "bow:0.1,0.1,0.9,0.9,0.9,0.1,0.1,0.9"
    said = answer(sightline, "run", video, "--model", "motion", "--zone", zone)
    assert "intersect" in said or "cross" in said


def test_a_corrupt_model(sightline, fixtures, tmp_path):
    (tmp_path / "broken.onnx").write_bytes(b"\x08\x07 this is not a graph")
    video = fixtures / "videos" / "people-detection.gif"
    assert "broken.onnx" in answer(sightline, "run", video, "--model", "broken.onnx", *LINE)


def test_a_truncated_video_gives_what_could_be_read(sightline, fixtures, tmp_path):
    whole = (fixtures / "videos" / "vtest_480x360.avi").read_bytes()
    (tmp_path / "cut.avi").write_bytes(whole[: len(whole) // 2])
    result = sightline("run", "cut.avi", "--model", "motion", *LINE)
    assert result.returncode == 0, result.stderr
    assert "cut" in result.stderr.lower() or "truncated" in result.stderr.lower()
    assert '"type":"sightline.' in result.stdout


@pytest.mark.skipif(shutil.which("ffmpeg") is None, reason="makes the file with the ffmpeg program")
def test_a_file_with_sound_only(sightline, tmp_path):
    silence = ["ffmpeg", "-loglevel", "error", "-f", "lavfi", "-i", "anullsrc", "-t", "1", "sound.mp4"]
    subprocess.run(silence, cwd=tmp_path, check=True)
    assert "no video stream" in answer(sightline, "run", "sound.mp4", *LINE)


def test_an_mp4_whose_end_was_cut_off(sightline, tmp_path):
    whole = write_ball(tmp_path / "ball.mp4").read_bytes()
    (tmp_path / "cut.mp4").write_bytes(whole[: len(whole) // 2])
    said = answer(sightline, "run", "cut.mp4", "--model", "motion", *LINE)
    assert "index" in said
    assert "cut off" in said


def test_a_model_of_a_kind_nobody_knows(sightline, fixtures, tmp_path):
    video = fixtures / "videos" / "people-detection.gif"
    model = save_constant_model(tmp_path / "m.onnx", {"output": np.zeros((1, 7, 3), np.float32)})
    said = answer(sightline, "run", video, "--model", model, *LINE)
    assert "not a kind of model" in said
    assert '{"kind": "…"}' in said


def test_a_model_of_faces_where_people_are_to_be_found(sightline, fixtures):
    video = fixtures / "videos" / "people-detection.gif"
    said = answer(sightline, "run", video, "--model", fixtures / "models" / "yunet_n_dynamic.onnx", *LINE)
    assert "The model has no class 'person'. It knows: face." in said


def test_what_a_configuration_says_itself_is_not_said_again(sightline, tmp_path):
    (tmp_path / "run.toml").write_text('[[cameras]]\nsource = "a.mp4"\n')
    said = answer(sightline, "run", "run.toml", "--model", "motion", *LINE)
    assert "2 faults" in said
    assert "--line" in said
