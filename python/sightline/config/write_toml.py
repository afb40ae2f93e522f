"""Writing TOML: a configuration as a person would write it, which reads back as the same configuration.

Small on purpose: `tomli-w` writes no comments, and what `tomlkit` is for, editing a text that is there, is not needed here.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, cast

import msgspec

from sightline.urls import is_secret

if TYPE_CHECKING:
    from sightline.config.model import CameraConfig, Config

_SURROGATE = re.compile("[\ud800-\udfff]")
# What a basic string of TOML must not hold as it is, and JSON may.
_DELETE = "\x7f"


def toml_of(config: Config, *, header: str = "") -> str:
    """Return a configuration as TOML: what differs from its default, in the order of the fields.

    Reading the text gives an equal configuration. Sources are written as they are, secrets included; the comment of such a
    camera says so.

    Args:
        config: What to write.
        header: Words for the head of the file, written as comments.

    Raises:
        ValueError: When a text has half of a surrogate pair, which TOML cannot hold.
    """
    blocks = [[f"# {line}".rstrip() for line in header.splitlines()]] if header else []
    head = _plain(config)
    if head:
        blocks.append(head)
    for index, camera in enumerate(config.cameras):
        first, *rest = _table(camera, "cameras", listed=True)
        blocks += [[*_comments(camera, index, len(config.cameras)), *first], *rest]
    blocks += _tables(config, "", skip="cameras")
    return "\n\n".join("\n".join(block) for block in blocks) + "\n"


def _comments(camera: CameraConfig, index: int, count: int) -> list[str]:
    """What a person wants to know of a camera before its settings; never what its source says."""
    kinds = (("line", camera.lines), ("zone", camera.zones), ("distance", camera.distances))
    watched = [f"{len(items)} {word}{'s' * (len(items) != 1)}" for word, items in kinds if items]
    comments = [f"# Camera {index + 1} of {count}: {', '.join(watched) or 'nothing is watched'}."]
    if is_secret(camera.source):
        comments.append("# Its source has a secret: keep this file to yourself.")
    return comments


def _table(struct: msgspec.Struct, path: str, *, listed: bool) -> list[list[str]]:
    """Return a table as blocks: its header with plain values, then the tables in it."""
    header = f"[[{path}]]" if listed else f"[{path}]"
    return [[header, *_plain(struct)], *_tables(struct, f"{path}.")]


def _plain(struct: msgspec.Struct) -> list[str]:
    return [f"{name} = {_value(value)}" for name, value in _changed(struct) if not _is_table(value)]


def _tables(struct: msgspec.Struct, prefix: str, *, skip: str = "") -> list[list[str]]:
    blocks: list[list[str]] = []
    for name, value in _changed(struct):
        if name == skip or not _is_table(value):
            continue
        if isinstance(value, msgspec.Struct):
            blocks += _table(value, f"{prefix}{name}", listed=False)
        else:
            for item in cast("list[msgspec.Struct]", value):
                blocks += _table(item, f"{prefix}{name}", listed=True)
    return blocks


def _changed(struct: msgspec.Struct) -> list[tuple[str, object]]:
    """Return the fields that differ from their default, under the names that files use."""
    changed: list[tuple[str, object]] = []
    tag = struct.__struct_config__.tag
    if tag is not None:
        changed.append((struct.__struct_config__.tag_field or "type", tag))
    for field in msgspec.structs.fields(struct):
        value = getattr(struct, field.name)
        default = field.default
        if field.default_factory is not msgspec.NODEFAULT:
            default = field.default_factory()
        if field.required or value != default:
            changed.append((field.encode_name, value))
    return changed


def _is_table(value: object) -> bool:
    if isinstance(value, list):
        items = cast("list[object]", value)
        return bool(items) and all(isinstance(item, msgspec.Struct) for item in items)
    return isinstance(value, msgspec.Struct)


def _value(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, float)):
        return repr(value)
    if isinstance(value, str):
        if _SURROGATE.search(value):
            raise ValueError(f"{value!r} has half of a surrogate pair, which TOML cannot hold")
        return json.dumps(value, ensure_ascii=False).replace(_DELETE, "\\u007f")
    if isinstance(value, (list, tuple)):
        return f"[{', '.join(map(_value, cast('list[object]', value)))}]"
    raise TypeError(f"expected a plain value, found {type(value).__name__}")
