"""Models that can be had by name: where each comes from, its hash, and how it gets onto this machine.

Every entry is pinned: the address names a commit or a release, and the SHA-256 decides. Nothing is fetched at run time; `pull` is
called by a person. A machine without network is told which file with which hash to put where.
"""

from __future__ import annotations

import difflib
import functools
import os
from importlib import resources
from pathlib import Path
from typing import Final

import msgspec

from sightline.detectors.download import Download, Progress, fetch
from sightline.detectors.onnx_model import sha256_of
from sightline.errors import ModelError

MODEL_DIR_VARIABLE: Final = "SIGHTLINE_MODEL_DIR"
"""Environment variable: the folder of models, in place of the user's cache."""
MIRROR_VARIABLE: Final = "SIGHTLINE_MODEL_MIRROR"
"""Environment variable: an address under which all files lie, in place of the entries' own."""


class Entry(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One model of the catalogue."""

    name: str
    """What to call it on the command line."""
    file: str
    """Its file name in the cache."""
    summary: str
    """What it finds and what it is good for."""
    url: str
    """HTTPS address, pinned to a commit or a release."""
    sha256: str
    """64 lower-case hex digits."""
    size_bytes: int
    license: str
    """SPDX identifier."""
    source: str
    """The project's page."""
    class_names: list[str] = []
    """For a model whose classes cannot be told from its file."""


@functools.cache
def entries() -> tuple[Entry, ...]:
    """Return the catalogue, in its own order."""
    text = resources.files("sightline.detectors").joinpath("catalogue.json").read_bytes()
    return msgspec.json.decode(text, type=tuple[Entry, ...])


def find_entry(name: str) -> Entry:
    """Return the entry of this name.

    Raises:
        ModelError: There is none; the message lists what there is.
    """
    by_name = {entry.name: entry for entry in entries()}
    if name in by_name:
        return by_name[name]
    near = difflib.get_close_matches(name, by_name, n=1)
    hint = f"Did you mean {near[0]}? " if near else ""
    raise ModelError(f"No model in the catalogue is called {name!r}. {hint}There are: {', '.join(by_name)}.")


def model_dir() -> Path:
    """Return the folder of pulled models: $SIGHTLINE_MODEL_DIR, or `sightline/models` in the user's cache."""
    if folder := os.environ.get(MODEL_DIR_VARIABLE):
        return Path(folder)
    cache = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(cache) / "sightline" / "models"


def cached_path(entry: Entry, *, cache_dir: str | Path | None = None) -> Path:
    """Return where the model lies, or would lie, on this machine."""
    return Path(cache_dir or model_dir()) / entry.file


def is_cached(entry: Entry, *, cache_dir: str | Path | None = None) -> bool:
    """Return whether the model is on this machine with the right hash."""
    path = cached_path(entry, cache_dir=cache_dir)
    return path.is_file() and path.stat().st_size == entry.size_bytes and sha256_of(path) == entry.sha256


def pull(name: str, *, cache_dir: str | Path | None = None, progress: Progress | None = None) -> Path:
    """Bring a model onto this machine, unless it is there already, and return its path.

    The file appears under its name only when it is whole and its hash is right. $SIGHTLINE_MODEL_MIRROR, an HTTPS address (or HTTP
    on this machine itself), replaces the addresses of the catalogue: the file is then `<mirror>/<file>`.

    Args:
        name: The entry's name.
        cache_dir: A folder in place of `model_dir()`.
        progress: Called with bytes so far and bytes in all.

    Raises:
        ModelError: No such entry, no network, a server that refuses or keeps breaking off, a wrong hash, or a folder that cannot
            be written to. Nothing is left behind.
    """
    entry = find_entry(name)
    target = cached_path(entry, cache_dir=cache_dir)
    if is_cached(entry, cache_dir=cache_dir):
        return target
    mirror = os.environ.get(MIRROR_VARIABLE)
    url = f"{mirror.rstrip('/')}/{entry.file}" if mirror else entry.url
    by_hand = (
        f"To install it by hand, fetch {entry.url} elsewhere and put it at {target}; "
        f"it has {entry.size_bytes:,} bytes and SHA-256 {entry.sha256}."
    )
    try:
        fetch(Download(url, entry.sha256, entry.size_bytes), target, progress=progress)
    except ModelError as error:
        raise ModelError(f"{entry.name}: {error}\n{by_hand}") from error
    return target
