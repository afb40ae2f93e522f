"""Paths in what a configuration says of a sink."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

import msgspec

from sightline.errors import Fault
from sightline.sinks.secrets import Secret

if TYPE_CHECKING:
    from pathlib import Path

    from sightline.sinks.config import SinkConfig

_T = TypeVar("_T", bound="SinkConfig")


def beside(config: _T, folder: Path, *fields: str) -> _T:
    """Return a configuration with these fields, paths and secrets in files, relative to a folder."""
    placed: dict[str, object] = {}
    for name in fields:
        value = getattr(config, name)
        if isinstance(value, str):
            placed[name] = str(folder / value)
        elif isinstance(value, Secret) and value.file is not None:
            placed[name] = Secret(file=str(folder / value.file))
    return msgspec.structs.replace(config, **placed)


def faults_of_key(certificate_file: str | None, key_file: str | None) -> list[Fault]:
    """Return what is wrong with which files a client's certificate and its key are in."""
    if key_file is not None and certificate_file is None:
        return [Fault("certificate_file", "is missing; it goes with key_file")]
    return []
