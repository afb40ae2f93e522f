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


@cache
def sink_kinds() -> dict[str, type[SinkConfig]]:
    """Every kind of sink that is installed, by its `type`.

    Raises:
        ConfigError: When an installed one cannot be loaded, or is none.
    """
    found: dict[str, type[SinkConfig]] = {}
    for entry in entry_points(group=GROUP):
        try:
            kind = entry.load()
        except Exception as error:
            raise ConfigError(
                f"the sink {entry.name!r} of {entry.value} cannot be loaded: {error}"
            ) from error
        if not (isinstance(kind, type) and issubclass(kind, SinkConfig)):
            raise ConfigError(f"the sink {entry.name!r} is {entry.value}, which is no SinkConfig")
        found[entry.name] = kind
    return dict(sorted(found.items()))
