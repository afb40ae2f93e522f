"""The programs in examples/ run as they stand."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


def test_line_and_zone_counts_a_street(fixtures):
    found = subprocess.run(
        [
            sys.executable,
            ROOT / "examples" / "line_and_zone.py",
            fixtures / "tracking/tud-campus/det/det.txt",
        ],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "PYTHONPATH": ""},
    )
    assert "LineCrossed(line='line', direction=" in found.stdout
    assert found.stdout.count("ZoneEntered") > 3
    assert found.stderr.startswith("line: ")


@pytest.mark.parametrize("program", sorted((ROOT / "examples").glob("*.py")), ids=lambda path: path.stem)
def test_every_example_is_tried(program):
    assert program.stem in Path(__file__).read_text()
