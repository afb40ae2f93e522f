"""`sightline diff` on files of events and on recordings, through the command line."""

import json

import pytest
from tests.support.messages import cloud_message
from tests.unit.test_recording import some_steps, written

LINES = [cloud_message("east", number).body for number in range(8)]


def write(path, lines):
    path.write_bytes(b"".join(line + b"\n" for line in lines))
    return path


@pytest.fixture
def a(tmp_path):
    return write(tmp_path / "a.jsonl", LINES)


def test_the_same_events_are_the_same(sightline, a, tmp_path):
    result = sightline("diff", a, write(tmp_path / "b.jsonl", [*LINES[:4], b"", *LINES[4:]]))
    assert result.returncode == 0
    assert "the same 8 events" in result.stdout
    assert "sightline.line.crossed.v1  8  8" in result.stdout


def test_the_first_difference_is_shown_with_every_field(sightline, a, tmp_path):
    changed = LINES[3].replace(b'"confidence":0.87', b'"confidence":0.5').replace(b'"in"', b'"out"')
    b = write(
        tmp_path / "b.jsonl", [*LINES[:3], changed, *LINES[4:6], LINES[6].replace(b"in", b"on"), LINES[7]]
    )
    result = sightline("diff", a, b)
    assert result.returncode == 1
    lines = result.stdout.splitlines()
    assert lines[0] == "the first difference is number 4:"
    assert "A  line 4: sightline.line.crossed.v1  /cameras/east/lines/door/tracks/4  pts 0.300 s" in lines[1]
    assert "2026-11-25T12:00:00.000Z" in lines[1]
    assert [line.split() for line in lines[3:5]] == [
        ["data.confidence", "0.87", "→", "0.5"],
        ["data.direction", '"in"', "→", '"out"'],
    ]
    first = json.loads(sightline("diff", a, b, "--json").stdout)["first"]
    assert first["number"] == 4
    assert first["fields"][0] == {"path": "data.confidence", "a": 0.87, "b": 0.5}


def test_an_event_that_one_lacks_is_counted(sightline, a, tmp_path):
    result = sightline("diff", a, write(tmp_path / "b.jsonl", [*LINES[:3], *LINES[5:]]))
    assert result.returncode == 1
    assert "they agree again after 2 that only A has here, and 0 that only B has" in result.stdout
    assert ["sightline.line.crossed.v1", "8", "6", "-2"] in [
        line.split() for line in result.stdout.splitlines()
    ]


def test_a_file_that_is_the_beginning_of_the_other_is_told(sightline, a, tmp_path):
    b = write(tmp_path / "b.jsonl", LINES[:5])
    result = sightline("diff", a, b)
    assert result.returncode == 1
    assert "B is the beginning of A: the same 5 events, then A has 3 more" in result.stdout
    assert "A  line 6:" in result.stdout
    told = json.loads(sightline("diff", b, a, "--json").stdout)
    assert (told["same"], told["beginning"], told["events"]) == (False, "A", [5, 8])


def test_the_same_values_in_other_bytes_are_a_difference(sightline, a, tmp_path):
    b = write(tmp_path / "b.jsonl", [LINES[0].replace(b'"pts_ns":0', b'"pts_ns": 0'), *LINES[1:]])
    result = sightline("diff", a, b)
    assert result.returncode == 1
    assert "the same values, written in another way" in result.stdout


def test_messages_of_azure_are_counted_by_their_events(sightline, tmp_path):
    def message(kind, seconds):
        said = {"events": [{"id": "1", "type": kind, "zone": "till"}], "sourceInfo": {"timestamp": seconds}}
        return json.dumps(said).encode()

    a = write(tmp_path / "a", [message("personCountEvent", "T1"), message("personLineEvent", "T2")])
    b = write(tmp_path / "b", [message("personCountEvent", "T1"), message("personLineEvent", "T3")])
    result = sightline("diff", a, b)
    assert result.returncode == 1
    assert "personLineEvent  till  T2" in result.stdout
    assert json.loads(sightline("diff", a, b, "--json").stdout)["counts"] == {
        "personCountEvent": [1, 1],
        "personLineEvent": [1, 1],
    }


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"{}\nno json\n", "b:2: expected an event as a JSON object"),
        (b"[1]\n", "b:1: expected an event as a JSON object"),
        (b"\xff\xfe\n", "b:1: expected an event as a JSON object"),
        (b"[" * 100_000, "b:1: expected an event as a JSON object"),
        (b'{"a":"' + b"x" * (17 << 20) + b'"}', "b:1: expected an event, found a line of more than"),
        (b"sightline detections 1\n", "expected two files of one kind"),
        (None, "b: cannot be read: No such file"),
    ],
)
def test_what_is_no_file_of_events_is_told(sightline, a, tmp_path, content, why):
    b = tmp_path / "b"
    if content is not None:
        b.write_bytes(content)
    result = sightline("diff", a, b)
    assert result.returncode == 2
    assert why in " ".join(result.stderr.split())
    assert "Traceback" not in result.stderr


class TestRecordings:
    def test_the_same_are_the_same_however_they_were_written(self, sightline, tmp_path):
        a, b = tmp_path / "a", tmp_path / "b"
        written(a, some_steps(), every=1)
        written(b, some_steps(), every=100)
        assert a.read_bytes() != b.read_bytes()
        result = sightline("diff", a, b)
        assert result.returncode == 0
        assert ["door:", "person", "30", "30"] in [line.split() for line in result.stdout.splitlines()]

    def test_the_first_frame_that_differs_is_shown(self, sightline, tmp_path):
        a, b = tmp_path / "a", tmp_path / "b"
        written(a, some_steps())
        steps = some_steps()
        steps[6].frames[0].found.confidence[1] = 0.25
        written(b, steps)
        result = sightline("diff", a, b)
        assert result.returncode == 1
        assert "A  frame 7: door  frame 6 of its source  epoch 0  pts 0.600 s  3 detections" in result.stdout
        assert "detections[1].confidence" in result.stdout
        assert "→ 0.25" in result.stdout

    def test_one_that_breaks_off_is_the_beginning_and_told(self, sightline, tmp_path):
        a, b = tmp_path / "a", tmp_path / "b"
        written(a, some_steps())
        written(b, some_steps())
        b.write_bytes(b.read_bytes()[:-200])
        result = sightline("diff", a, b)
        assert result.returncode == 1
        assert "B breaks off at byte" in result.stdout
        assert "B is the beginning of A" in result.stdout

    def test_a_damaged_one_is_told(self, sightline, tmp_path):
        a, b = tmp_path / "a", tmp_path / "b"
        written(a, some_steps())
        data = bytearray(a.read_bytes())
        data[-300] ^= 1
        b.write_bytes(data)
        result = sightline("diff", a, b)
        assert result.returncode == 2
        assert "damaged at byte" in result.stderr
