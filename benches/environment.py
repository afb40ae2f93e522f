"""Where things are, and how a job is done in an interpreter of its own."""

import json
import os
import platform
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
FIXTURES = Path(os.environ.get("SIGHTLINE_FIXTURES", ROOT.parent / "shared" / "fixtures")).resolve()
PEERS = {
    "peers": (ROOT / ".venv-peers", ROOT / "benches" / "peers" / "requirements.txt"),
    "native": (ROOT / ".venv-peers-native", ROOT / "benches" / "peers" / "requirements-native.txt"),
    "trackers": (ROOT / ".venv-peers-trackers", ROOT / "benches" / "peers" / "requirements-trackers.txt"),
}


def say(text: str) -> None:
    sys.stderr.write(text + "\n")


def set_up() -> None:
    """Make the peers' environments, or bring them up to date."""
    for name, (folder, requirements) in PEERS.items():
        say(f"installing {name} into {folder.name}")
        if not (folder / "bin" / "python").exists():
            subprocess.run([sys.executable, "-m", "venv", folder], check=True)
        subprocess.run(
            [folder / "bin" / "python", "-m", "pip", "install", "-q", "-r", requirements], check=True
        )


def worker(script: str, job: dict, *, environment: str | None = None) -> dict:
    """Run `benches/SCRIPT` on a job and return what it prints; in a peers' environment, or in ours."""
    python = Path(sys.executable)
    if environment is not None:
        python = PEERS[environment][0] / "bin" / "python"
        if not python.exists():
            raise SystemExit(f"{python.parent.parent} is missing; first: python -m benches setup")
    command = [python, ROOT / "benches" / script]
    one_thread = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "OPENCV_FOR_THREADS_NUM"), "1")
    # The workers of both sides share what is in benches/.
    search = [os.environ.get("PYTHONPATH"), str(ROOT)]
    done = subprocess.run(
        command,
        input=json.dumps(job),
        capture_output=True,
        text=True,
        check=False,
        cwd=ROOT,
        env={**os.environ, **one_thread, "PYTHONPATH": os.pathsep.join(filter(None, search))},
    )
    if done.returncode:
        raise SystemExit(f"{script} failed:\n{done.stderr[-4000:]}")
    return json.loads(done.stdout.splitlines()[-1])


def fixture(*parts: str) -> str:
    path = FIXTURES.joinpath(*parts)
    if not path.exists():
        raise SystemExit(
            f"{path} is missing; set SIGHTLINE_FIXTURES to the folder with videos/, models/ and truth/"
        )
    return str(path)


def machine() -> dict:
    """The machine and the commit that figures belong to."""
    model = platform.processor() or platform.machine()
    info = Path("/proc/cpuinfo")
    if info.exists():
        names = [
            line.split(":", 1)[1].strip()
            for line in info.read_text().splitlines()
            if line.startswith("model name")
        ]
        model = names[0] if names else model
    commit = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"], cwd=ROOT, capture_output=True, text=True, check=False
    ).stdout.strip()
    return {"cpu": model, "cores": os.cpu_count(), "system": platform.platform(), "commit": commit}
