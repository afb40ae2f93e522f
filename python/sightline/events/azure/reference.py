"""The fields of Azure's messages as tables, for docs/reference/azure-events.md."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sightline.events.azure.schema import PEOPLE, TYPES, schema_of

if TYPE_CHECKING:
    from collections.abc import Iterator


def field_tables() -> str:
    """Return Markdown tables of everything that messages say."""
    return "\n".join(_tables())


def _tables() -> Iterator[str]:
    yield "## Envelope\n"
    yield from _table("person count and distance messages: `sourceInfo`", _source("personCountEvent"))
    yield from _table("line and zone messages: `sourceInfo`", _source("personLineEvent"))
    yield from _table("`detections[]`, people", _definition("personLineEvent", "detection"))
    metadata = _definition("personLineEvent", "detection")["properties"]["metadata"]
    yield from _table("`detections[].metadata`, people", metadata)
    attribute = _definition("personCountEvent", "detection")["properties"]["attributes"]["items"]
    yield from _table("`detections[].attributes[]`, people", attribute)
    yield from _table("`detections[]`, vehicles", _definition("vehicleCountEvent", "detection"))
    yield from _table("`events[]`", _definition("personCountEvent", "personCountEvent"))
    yield "## Properties of each event\n"
    for kind in TYPES:
        if kind != "cameraCalibrationEvent":
            title = f"`{kind}`\n\n{schema_of(kind)['description']}"
            yield from _table(title, _definition(kind, kind)["properties"]["properties"])
    yield "## Calibration events\n"
    whole = schema_of("cameraCalibrationEvent")
    yield f"{whole['description']}\n"
    yield from _table("`sourceInfo`", whole["properties"]["sourceInfo"])
    yield from _table(
        "`sourceInfo.cameraCalibrationInfo`",
        whole["properties"]["sourceInfo"]["properties"]["cameraCalibrationInfo"],
    )
    yield from _table("`zonePlacementInfo`", whole["properties"]["zonePlacementInfo"])
    yield "## Schema 1.0\n"
    yield "Files " + ", ".join(f"[`{kind}-1.0.json`](azure/{kind}-1.0.json)" for kind in PEOPLE) + ".\n"


def _source(kind: str) -> dict[str, Any]:
    found: dict[str, Any] = schema_of(kind)["properties"]["sourceInfo"]
    return found


def _definition(kind: str, name: str) -> dict[str, Any]:
    found: dict[str, Any] = schema_of(kind)["$defs"][name]
    return found


def _table(title: str, schema: dict[str, Any]) -> Iterator[str]:
    yield f"### {title[0].upper()}{title[1:]}\n"
    yield "| field | always | meaning |"
    yield "|---|---|---|"
    for name, field in schema["properties"].items():
        always = "yes" if name in schema["required"] else "no"
        yield f"| `{name}` | {always} | {field.get('description', 'See below.')} |"
    yield ""
