"""What a configuration says of a sink: every kind has a struct of its own, found by its `type`."""

from __future__ import annotations

from functools import cache
from importlib.metadata import entry_points
from typing import TYPE_CHECKING, Annotated, ClassVar, Self

import msgspec
from msgspec import Meta

from sightline.errors import ConfigError
from sightline.events import Encoding

if TYPE_CHECKING:
    from pathlib import Path

    from sightline.sinks.protocol import Sink

GROUP = "sightline.sinks"
"""The entry points that name kinds of sinks; each leads to a subclass of `SinkConfig`, under the name of its `type`."""

SinkName = Annotated[str, Meta(min_length=1, max_length=100, pattern="^[A-Za-z0-9._-]+$")]


class SinkConfig(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, tag_field="type"):
    """What a configuration says of a sink. A kind of sink is a subclass with the tag that is its `type`.

    Attributes:
        name: What it is called in metrics and in the outbox, where its place is kept under this name; its `type` when
            absent.
        encoding: CloudEvents, or the messages of Azure AI Vision Spatial Analysis.
    """

    durable: ClassVar[bool] = True
    """Whether it gets its events from the outbox, since what it talks to may be away."""

    name: SinkName | None = None
    encoding: Encoding = "cloudevents"

    @property
    def called(self) -> str:
        """Its name, or its type."""
        return self.name or str(self.__struct_config__.tag)

    def beside(self, folder: Path) -> Self:
        """Return it with its paths relative to a folder."""
        del folder
        return self

    def open(self) -> Sink:
        """Open the sink.

        Raises:
            SinkError: When it cannot be opened.
            ConfigError: When what it needs is not there, such as a secret.
        """
        raise NotImplementedError


def sink_types() -> list[str]:
    """The `type` of every kind of sink that is installed, in order; nothing is loaded for it."""
    return sorted(entry.name for entry in entry_points(group=GROUP))


@cache
def sink_kind(name: str) -> type[SinkConfig]:
    """Return the kind of sink with this `type`; the others are left alone.

    Raises:
        ConfigError: When there is none, it cannot be loaded, or it is no `SinkConfig`.
    """
    found = [entry for entry in entry_points(group=GROUP) if entry.name == name]
    if not found:
        raise ConfigError(f"expected one of {', '.join(sink_types())}, found {name!r}")
    (entry, *_) = found
    try:
        kind = entry.load()
    except Exception as error:
        raise ConfigError(f"{entry.value} cannot be loaded: {error}") from error
    if not (isinstance(kind, type) and issubclass(kind, SinkConfig)):
        raise ConfigError(f"{entry.value} is installed for this, and is no SinkConfig")
    return kind
