"""Data flows one way, and imports follow it: one list of floors a side, and everything points down."""

import ast
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

# From the ground up. A crate may depend on crates before it only.
CRATES = [
    "geometry",
    "ground",
    "frames",
    "video",
    "detections",
    "motion",
    "tracks",
    "zones",
    "engine",
    "bindings",
]

# From the ground up. A module may import modules before it only; `_core` is the floor they all stand on.
MODULES = [
    "errors",
    "urls",
    "_core",
    "geometry",
    "scene",
    "video",
    "detections",
    "detectors",
    "recording",
    "differences",
    "tracks",
    "motions",
    "ground",
    "heat_map",
    "faces",
    "calibration",
    "events",
    "rules",
    "sinks",
    "subscribe",
    "outbox",
    "config",
    "pipeline",
    "operate",
    "render",
    "synthetic",
    "conformance",
    "__init__",
    "cli",
    "__main__",
]


def floor_of(name: str, floors: list[str]) -> int:
    assert name in floors, (
        f"{name} has no floor yet: add it to the list in {Path(__file__).name}, in flow order"
    )
    return floors.index(name)


def test_every_crate_has_a_floor_and_depends_downwards():
    seen = {path.parent.name for path in ROOT.glob("rust/*/Cargo.toml")}
    assert seen == set(CRATES)
    for crate in seen:
        manifest = tomllib.loads((ROOT / "rust" / crate / "Cargo.toml").read_text())
        for section in ("dependencies", "dev-dependencies", "build-dependencies"):
            for dependency in manifest.get(section, {}):
                if dependency.startswith("sightline-"):
                    target = dependency.removeprefix("sightline-")
                    assert floor_of(target, CRATES) < floor_of(crate, CRATES), (
                        f"{crate} depends upwards on {target}"
                    )


def test_only_video_knows_libav_and_only_bindings_knows_python():
    for crate in CRATES:
        manifest = tomllib.loads((ROOT / "rust" / crate / "Cargo.toml").read_text())
        dependencies = set(manifest.get("dependencies", {}))
        assert not {d for d in dependencies if "ffmpeg" in d} or crate == "video"
        assert not dependencies & {"pyo3", "numpy"} or crate == "bindings"


def imported_modules(path: Path) -> set[str]:
    """The first names below `sightline` that a file imports, wherever in the file it does."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative imports hide the direction"
            module = node.module or ""
            names = [f"{module}.{alias.name}" for alias in node.names] if module == "sightline" else [module]
        else:
            continue
        for name in names:
            first, *rest = name.split(".")
            if first == "sightline":
                found.add(rest[0] if rest else "__init__")
    return found


def test_every_python_module_has_a_floor_and_imports_downwards():
    package = ROOT / "python" / "sightline"
    files = [path for path in package.rglob("*.py") if "__pycache__" not in path.parts]
    rooms = {path.relative_to(package).parts[0].removesuffix(".py") for path in files}
    assert rooms | {"_core"} == set(MODULES)
    for path in files:
        room = path.relative_to(package).parts[0].removesuffix(".py")
        for target in imported_modules(path):
            # A name that is no module is one that the package's front page exports.
            module = target if target in MODULES else "__init__"
            if module != room:
                assert floor_of(module, MODULES) < floor_of(room, MODULES), (
                    f"{path} imports upwards: {module}"
                )
