"""`sightline conformance` prints the table and says with its exit code whether all is right."""

import json


def test_table_and_walkers(sightline):
    done = sightline("conformance", "--walkers", "300")
    assert done.returncode == 0
    assert [line[5:9] for line in done.stdout.splitlines()] == ["pass"] * 44
    assert "L03b pass  the same jitter, then pass" in done.stdout
    assert "44 of 44 cases pass" in done.stderr
    assert "of 300 random walkers exactly right" in done.stderr


def test_one_case_as_json(sightline):
    done = sightline("conformance", "--case", "Z05", "--json")
    assert done.returncode == 0
    found = json.loads(done.stdout)
    assert [case["id"] for case in found["cases"]] == ["Z05"]
    assert found["walkers"] is None


def test_an_unknown_case_is_refused_with_those_there_are(sightline):
    done = sightline("conformance", "--case", "L99")
    assert done.returncode == 1
    assert "L99" in done.stderr
    assert "L03b" in done.stderr
    assert "Traceback" not in done.stderr
