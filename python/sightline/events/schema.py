"""JSON Schema (2020-12) of every event as it is written: `python -m sightline.events.schema FOLDER` writes the files."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from sightline.events.cloudevents import ENVELOPED, SCHEMA_BASE
from sightline.events.types import EVENT_TYPES, Event

if TYPE_CHECKING:
    from collections.abc import Mapping

DIALECT = "https://json-schema.org/draft/2020-12/schema"


def schema_of(kind: type[Event]) -> dict[str, Any]:
    """Return the schema of one kind of event in its CloudEvents envelope; objects are closed."""
    _, definitions = msgspec.json.schema_components([kind], ref_template="#/$defs/{name}")
    described = definitions[kind.__name__]
    data = {
        name: field
        for name, field in described["properties"].items()
        if name not in ENVELOPED or name == "camera_id"
    }
    envelope: dict[str, Any] = {
        "specversion": {"const": "1.0"},
        "id": described["properties"]["event_id"],
        "source": {"type": "string", "pattern": "^/cameras/[^/]+$"},
        "type": {"const": kind.type},
        "subject": {"type": "string", "pattern": "^/cameras/[^/]+/", "description": "From broad to narrow."},
        "time": {
            "type": "string",
            "format": "date-time",
            "description": "Only if the source's start is known.",
        },
        "datacontenttype": {"const": "application/json"},
        "dataschema": {"const": SCHEMA_BASE + kind.type},
        "data": {
            "type": "object",
            "properties": data,
            "required": sorted(data),
            "additionalProperties": False,
        },
    }
    return {
        "$schema": DIALECT,
        "$id": SCHEMA_BASE + kind.type,
        "title": kind.__name__,
        "description": described["description"],
        "type": "object",
        "properties": envelope,
        "required": [name for name in envelope if name != "time"],
        "additionalProperties": False,
    }


def files() -> dict[str, str]:
    """Return each file's name and text."""
    return {
        f"{kind.type}.json": json.dumps(schema_of(kind), indent=2, ensure_ascii=False) + "\n"
        for kind in EVENT_TYPES
    }


def field_table() -> str:
    """Return a Markdown table of every kind of event and its fields."""
    lines: list[str] = []
    for kind in EVENT_TYPES:
        schema = schema_of(kind)
        lines += [
            f"### `{kind.type}`",
            "",
            schema["description"],
            "",
            "| field of `data` | meaning |",
            "|---|---|",
        ]
        for name, field in schema["properties"]["data"]["properties"].items():
            lines.append(f"| `{name}` | {_meaning(field)} |")
        lines.append("")
    return "\n".join(lines)


def _meaning(field: dict[str, Any]) -> str:
    """Return a field's description; one that may be null has it at the option that is not."""
    options = [field, *field.get("anyOf", [])]
    (meaning,) = [option["description"] for option in options if "description" in option]
    return str(meaning)


def write(texts: Mapping[str, str]) -> None:
    """Write files, texts by name, into the folder that is the first argument."""
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in texts.items():
        (folder / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    write(files())
