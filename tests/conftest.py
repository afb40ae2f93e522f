"""What tests share: where the real videos and models are, and small things made once."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import settings
from tests.peers.authority import Authority
from tests.support.operated import Operated

# No test is about how long a case takes. The other is for `pytest --hypothesis-profile=fuzz`, as deploy/fuzz.sh does.
settings.register_profile("untimed", deadline=None)
settings.register_profile("fuzz", max_examples=2000, deadline=None)
settings.load_profile("untimed")

ROOT = Path(__file__).resolve().parents[1]


# It is run by the distribution's Python, which has GObject.
collect_ignore = ["peers/gstreamer_server.py"]


@pytest.fixture(scope="session")
def fixtures() -> Path:
    """The folder with real videos, models and truth; a test that needs it skips without, or fails where it is required."""
    folder = Path(os.environ.get("SIGHTLINE_FIXTURES", ROOT.parent / "shared" / "fixtures"))
    if not folder.is_dir():
        reason = f"no fixtures at {folder}; set SIGHTLINE_FIXTURES"
        if os.environ.get("SIGHTLINE_REQUIRE_FIXTURES") == "1":
            pytest.fail(reason)
        pytest.skip(reason)
    return folder.resolve()


@pytest.fixture(scope="session")
def authority(tmp_path_factory) -> Authority:
    """A certificate authority that nobody else knows."""
    return Authority(tmp_path_factory.mktemp("authority"))


class CommandLine:
    """Runs `sightline` as a user does, in a process of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def __call__(self, *arguments: object, timeout: float = 300) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "sightline", *map(str, arguments)]
        environment = {
            **os.environ,
            "NO_COLOR": "1",
            "COLUMNS": "120",
            "SIGHTLINE_MODEL_DIR": str(self.folder / "models"),
        }
        return subprocess.run(
            command,
            cwd=self.folder,
            env=environment,
            capture_output=True,
            text=True,
            timeout=timeout,
            check=False,
        )


@pytest.fixture(scope="module")
def module_sightline(tmp_path_factory) -> CommandLine:
    """For what is run once and looked at by several tests."""
    return CommandLine(tmp_path_factory.mktemp("run"))


@pytest.fixture
def sightline(tmp_path) -> CommandLine:
    return CommandLine(tmp_path)


@pytest.fixture
def operated(tmp_path):
    """Start runs that listen, in the test's folder; what is left of them ends with the test."""
    runs = []

    def start(*arguments, **more):
        runs.append(Operated(tmp_path, *arguments, **more))
        return runs[-1]

    yield start
    for run in runs:
        run.kill()
