"""What is written as TOML reads back as the same configuration."""

import tomllib

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import inspect as kinds

from sightline.config import CameraConfig, Config, DetectorConfig
from sightline.config.strict import convert
from sightline.config.write_toml import toml_of
from sightline.errors import ConfigError
from sightline.scene import Distance, Ground, Line, Zone
from sightline.sinks import FileConfig, Secret, SinkConfig, StdoutConfig

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
PATTERNS = {
    "^[A-Za-z0-9._-]+$": st.from_regex("[A-Za-z0-9._-]{1,9}", fullmatch=True),
    "RFC 3339": st.sampled_from(["2026-05-01T08:00:00Z", "2026-05-01 08:00:00.25+02:00"]),
}


def text_of(kind: kinds.StrType) -> st.SearchStrategy:
    if kind.pattern:
        return PATTERNS.get(kind.pattern, PATTERNS["RFC 3339"])
    return TEXTS.filter(lambda text: len(text) >= (kind.min_length or 0))


def whole_of(kind: kinds.IntType) -> st.SearchStrategy:
    return st.integers(-(2**40) if kind.ge is None else kind.ge, 2**40 if kind.le is None else kind.le)


def number_of(kind: kinds.FloatType) -> st.SearchStrategy:
    least, most = kind.ge if kind.gt is None else kind.gt, kind.le if kind.lt is None else kind.lt
    open_ends = {"exclude_min": kind.gt is not None, "exclude_max": kind.lt is not None}
    return st.floats(least, most, allow_nan=False, allow_infinity=False, **open_ends)


# What stands for a struct that is only a name for several.
CONCRETE = {SinkConfig: [StdoutConfig, FileConfig]}
# What must be said though no field must be.
NEEDED = {Distance: {"threshold": 0.5}, Ground: {"auto": True}, Secret: {"env": "TOKEN"}}
# Values that fit a type of the model, whatever the model comes to have.
BY_KIND = {
    kinds.StructType: lambda kind: st.one_of(*map(structs_of, CONCRETE.get(kind.cls, [kind.cls]))),
    kinds.ListType: lambda kind: st.lists(
        values_of(kind.item_type), min_size=kind.min_length or 0, max_size=4
    ),
    kinds.TupleType: lambda kind: st.tuples(*map(values_of, kind.item_types)),
    kinds.UnionType: lambda kind: st.one_of(*map(values_of, kind.types)),
    kinds.LiteralType: lambda kind: st.sampled_from(kind.values),
    kinds.StrType: text_of,
    kinds.IntType: whole_of,
    kinds.FloatType: number_of,
    kinds.BoolType: lambda _: st.booleans(),
    kinds.NoneType: lambda _: st.none(),
}


def values_of(kind: kinds.Type) -> st.SearchStrategy:
    return BY_KIND[type(kind)](kind)


@st.composite
def structs_of(draw, cls: type[msgspec.Struct]) -> msgspec.Struct:
    """A struct of which some fields are given; where they do not go together, only what must be there."""
    fields = kinds.type_info(cls).fields
    chosen = [field for field in fields if field.required or draw(st.integers(0, 2)) == 0]
    for subset in (chosen, [field for field in chosen if field.required]):
        arguments = {field.name: draw(values_of(field.type)) for field in subset}
        try:
            return cls(**arguments)
        except ConfigError:
            continue
    return cls(**{**arguments, **NEEDED[cls]})


@given(structs_of(Config))
def test_what_is_written_reads_back_as_it_was(config):
    text = toml_of(config)
    assert convert(tomllib.loads(text), Config) == config
    assert toml_of(config) == text


def test_only_what_differs_is_written_and_each_camera_has_a_comment():
    lobby = CameraConfig(
        source="rtsp://admin:pass@10.0.0.7/a",
        id="lobby",
        lines=[Line("door", (0.1, 0.5), (0.9, 0.5))],
        zones=[Zone("queue", [(0, 0), (1, 0), (1, 1)], dwell_s=30.0)],
        ground=Ground(auto=True),
    )
    config = Config(
        cameras=[lobby, CameraConfig(source="b.mp4")], sinks=[StdoutConfig(encoding="azure")], queue=8
    )
    assert (
        toml_of(config, header="Made by hand.\n\nTwice.")
        == """\
# Made by hand.
#
# Twice.

queue = 8

# Camera 1 of 2: 1 line, 1 zone.
# Its source has a secret: keep this file to yourself.
[[cameras]]
source = "rtsp://admin:pass@10.0.0.7/a"
id = "lobby"

[[cameras.lines]]
name = "door"
from = [0.1, 0.5]
to = [0.9, 0.5]

[[cameras.zones]]
name = "queue"
polygon = [[0, 0], [1, 0], [1, 1]]
dwell_s = 30.0

[cameras.ground]
auto = true

# Camera 2 of 2: nothing is watched.
[[cameras]]
source = "b.mp4"

[[sinks]]
type = "stdout"
encoding = "azure"
"""
    )


def test_half_a_surrogate_pair_cannot_be_written():
    with pytest.raises(ValueError, match="surrogate"):
        toml_of(Config(cameras=[CameraConfig(source="a\ud800.mp4")]))


def test_the_secrets_of_a_source_do_not_show():
    config = Config(
        cameras=[CameraConfig(source="rtsp://u:s3cret@h/a?key=s3cret")], detector=DetectorConfig()
    )
    assert "s3cret" not in repr(config)
    assert "rtsp://***@h/a?***" in repr(config)
