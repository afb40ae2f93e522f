"""The guide for those who come from Azure lists what the reader knows, and knows what the manifests in the tests say."""

import json
from pathlib import Path

from sightline.config.azure import load_azure
from sightline.config.azure.operations import OPERATIONS
from sightline.config.azure.reference import BEGIN, END, with_reference
from sightline.config.azure.settings import SETTINGS

ROOT = Path(__file__).resolve().parents[2]
GUIDE = ROOT / "docs" / "migrating-from-azure.md"
MANIFESTS = sorted((ROOT / "tests" / "data" / "azure").glob("*.json"))


def test_the_guides_tables_are_those_of_the_code():
    text = GUIDE.read_text()
    assert text == with_reference(text), (
        "run: python -m sightline.config.azure.reference docs/migrating-from-azure.md"
    )
    generated = text.partition(BEGIN)[2].partition(END)[0]
    for name in (*(kind.id for kind in OPERATIONS), *(setting.name for setting in SETTINGS)):
        assert f"`{name}`" in generated


def test_every_setting_says_what_it_does_here():
    def all_of(settings):
        for setting in settings:
            yield setting
            yield from all_of(setting.fields)

    seen = list(all_of(SETTINGS))
    assert len(seen) > 50
    for setting in seen:
        assert setting.here
        assert not setting.here.endswith(".")


def test_the_manifests_of_the_tests_have_nothing_that_is_not_known():
    assert len(MANIFESTS) >= 7
    for path in MANIFESTS:
        unknown = [
            note for note in load_azure(path, environment={}).notes if note.why.startswith("no edition")
        ]
        assert unknown == [note for note in unknown if ".modules." in note.path], path.name


def test_the_manifests_of_the_tests_have_every_parameter_that_official_samples_have():
    given = "".join(json.dumps(json.loads(path.read_text())) for path in MANIFESTS)
    missing = {setting.name for setting in SETTINGS if setting.name not in given}
    assert missing == {
        "STATIONARY_TARGET_REMOVER_CONFIG",
        "SINK_CONFIG",
        "VICA_NODE_CONFIG",
        "ENABLE_PERSONATTRIBUTESCLASSIFICATION",
        "VISION_ENDPOINT_URL",
        "VISION_MODEL_ID",
        "VISION_SUBSCRIPTION_KEY",
        "ENABLE_PERSONATTRIBUTES_TRAININGIMAGECOLLECTION",
    }
