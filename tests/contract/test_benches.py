"""The benchmarks can be listed, and RESULTS.md is what the data says."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def test_the_list_names_every_benchmark_and_each_is_a_module():
    listed = subprocess.run(
        [sys.executable, "-m", "benches", "--list"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout
    names = [line.split()[0] for line in listed.splitlines()]
    assert {"pipeline", "decode", "tracking", "geometry", "quality"} <= set(names)
    assert all((ROOT / "benches" / f"{name}.py").is_file() for name in names)


def test_results_are_rendered_from_the_data():
    rendered = subprocess.run(
        [sys.executable, "-c", "from benches.report import render; print(render(), end='')"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    assert rendered == (ROOT / "benches" / "RESULTS.md").read_text()
