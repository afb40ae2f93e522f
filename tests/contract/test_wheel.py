"""What a wheel carries. The release wheel, made by deploy/wheel.sh, needs no libav on the machine that runs it."""

import importlib.metadata
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


def needed_libraries(extension: Path) -> set[str]:
    listing = subprocess.run(["readelf", "-d", extension], capture_output=True, text=True, check=True).stdout
    return {line.split("[")[1].rstrip("]") for line in listing.splitlines() if "(NEEDED)" in line}


@pytest.fixture
def release_wheel() -> Path:
    folder = Path(os.environ.get("SIGHTLINE_RELEASE_WHEELS", ROOT / "dist"))
    wheels = sorted(folder.glob("sightline-*.whl"))
    if not wheels:
        pytest.skip(f"no release wheel in {folder}; make one with deploy/wheel.sh")
    return wheels[-1]


def test_the_release_wheels_extension_needs_no_libav(release_wheel, tmp_path):
    with zipfile.ZipFile(release_wheel) as archive:
        extension = archive.extract("sightline/_core.abi3.so", tmp_path)
    needed = needed_libraries(Path(extension))
    assert "libc.so.6" in needed  # so that an empty listing can't pass
    assert not {library for library in needed if library.startswith(("libav", "libsw"))}


@pytest.mark.slow
def test_the_release_wheel_decodes_without_the_systems_libav(release_wheel, tmp_path):
    """Unpacked beside an empty library path, it writes a video and reads it again."""
    with zipfile.ZipFile(release_wheel) as archive:
        archive.extractall(tmp_path / "site")
    script = (
        "import numpy, sightline, sys; from sightline import _core;"
        "writer = _core.VideoWriter('a.mp4', 64, 48, 10, 1);"
        "[writer.write(numpy.full((48, 64, 3), 9 * i, numpy.uint8)) for i in range(20)];"
        "writer.finish();"
        "print(len(list(sightline.open_source('a.mp4'))), sightline.__file__);"
        "print([line for line in open('/proc/self/maps') if 'libav' in line])"
    )
    environment = {**os.environ, "PYTHONPATH": str(tmp_path / "site")}
    result = subprocess.run(
        [sys.executable, "-c", script],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    read, mapped = result.stdout.splitlines()
    assert read == f"20 {tmp_path}/site/sightline/__init__.py"
    assert mapped == "[]"


def test_the_installed_package_carries_types_licence_and_command():
    distribution = importlib.metadata.distribution("sightline")
    assert distribution.metadata["License-Expression"] == "Apache-2.0"
    scripts = distribution.entry_points.select(group="console_scripts")
    assert [point.value for point in scripts] == ["sightline.cli:main"]
    package = Path(importlib.import_module("sightline").__file__).parent
    assert (package / "py.typed").exists()
    assert (package / "_core.pyi").exists()
    assert (package / "detectors" / "catalogue.json").exists()
