"""The published JSON Schemas are up to date, and an independent reader agrees with what is written."""

import copy
import json
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator
from tests.unit.test_events import KINDS, fact, maker

from sightline.events import EVENT_TYPES, encode
from sightline.events.schema import field_table, files, schema_of

DOCS = Path(__file__).resolve().parents[2] / "docs" / "reference"


def test_the_published_files_are_what_the_types_say():
    published = {path.name: path.read_text() for path in (DOCS / "events").glob("*.json")}
    assert published == files()
    assert len(published) == len(EVENT_TYPES)


def test_the_reference_shows_the_same_fields():
    assert field_table() in (DOCS / "events.md").read_text()


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_written_validates_and_what_is_altered_does_not(kind):
    event = maker(started_at="2026-05-01T08:00:00Z").event(fact(kind))
    schema = schema_of(type(event))
    Draft202012Validator.check_schema(schema)
    validator = Draft202012Validator(schema)
    written = json.loads(encode(event))
    assert list(validator.iter_errors(written)) == []
    for field in written["data"]:
        missing = copy.deepcopy(written)
        del missing["data"][field]
        assert not validator.is_valid(missing), f"{field} may be missing"
        strange = copy.deepcopy(written)
        strange["data"][field] = {"no": "field is an object"}
        assert not validator.is_valid(strange), f"{field} may be anything"
    assert not validator.is_valid({**written, "more": 1})
