"""From a document in any of the published shapes to its graphs, and from a graph to its cameras' parameters."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple, cast

from sightline.config.azure.notes import below, shown
from sightline.config.azure.operations import operation_of
from sightline.config.azure.settings import (
    GRAPH_SETTINGS,
    INSTANCE_SETTINGS,
    SETTINGS,
    SHARED_NODE_SETTINGS,
    spelled,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sightline.config.azure.operations import Operation
    from sightline.config.azure.values import Found, Values

_KNOWN = spelled(SETTINGS)


@dataclass(frozen=True)
class Graph:
    """One graph as it stands.

    Attributes:
        name: Its name; the operation's where it has none.
        path: Where it stands.
        value: What it says.
        environment: The environment variables of its module.
        flat: Whether its parameters stand at the top of the document.
    """

    name: str
    path: str
    value: object
    environment: Mapping[str, str] = field(default_factory=dict[str, str])
    flat: bool = False


@dataclass(frozen=True)
class Instance:
    """One camera that a graph watches.

    Attributes:
        name: For people: the instance's, or the graph's.
        path: Where it stands.
        parameters_path: Where its parameters stand, for what is missing in them.
        operation: What is done with it.
        parameters: What counts for it, each with its place.
        faulty: Names of parameters that are there and at fault, which is told already.
        environment: The environment variables of its module.
    """

    name: str
    path: str
    parameters_path: str
    operation: Operation
    parameters: Mapping[str, Found]
    faulty: frozenset[str]
    environment: Mapping[str, str]


def instances_of(graph: Graph, values: Values) -> list[Instance]:
    """Return the enabled cameras of a graph; faults and notes go to the findings of `values`."""
    return _GraphReader(graph, values).read()


class _Level(NamedTuple):
    """Parameters of one level: what fits, and the names of what does not."""

    fits: Mapping[str, Found]
    faulty: frozenset[str] = frozenset()


class _GraphReader:
    """Reads one graph: what its cameras share, then each of them."""

    def __init__(self, graph: Graph, values: Values) -> None:
        self._graph, self._values = graph, values
        self._operation: Operation | None = None
        self._general = _Level({})
        self._shared: dict[str, _Level] = {}

    def read(self) -> list[Instance]:
        table = self._values.table(self._graph.value, self._graph.path)
        if table is None or not self._is_enabled(table, self._graph.path, "graph"):
            return []
        fields = self._values.fields(table, self._graph.path, GRAPH_SETTINGS)
        if table.get("operationId") is None:
            path = below(self._graph.path, "operationId")
            self._values.findings.fault(path, "is missing; it says what the graph does")
        elif "operationId" in fields:
            self._operation = operation_of(*fields["operationId"], self._values.findings)
        self._general = self._level(fields)
        self._read_shared(fields)
        named = self._table(fields, "instances")
        if named is None and "instances" in fields:
            return []
        if not named:
            path = fields["parameters"].path if "parameters" in fields else self._graph.path
            alone = self._made(self._graph.name, self._graph.path, path, list(self._shared.values()))
            return [] if alone is None else [alone]
        path = fields["instances"].path
        found = [self._instance(name, below(path, name), value) for name, value in named.items()]
        return [instance for instance in found if instance is not None]

    def _instance(self, name: str, path: str, value: object) -> Instance | None:
        if value is None:
            reason = "null deletes a setting in a module twin"
            self._values.findings.note(path, "changed", "as if it were absent", reason)
            return None
        table = self._values.table(value, path)
        if table is None or not self._is_enabled(table, path, "instance"):
            return None
        fields = self._values.fields(table, path, INSTANCE_SETTINGS)
        levels = [*self._mapped(fields), self._level(fields)]
        return self._made(f"{self._graph.name}/{name}", path, below(path, "parameters"), levels)

    def _made(self, name: str, path: str, parameters_path: str, levels: list[_Level]) -> Instance | None:
        """Return the camera for which later levels win over the graph's and over one another."""
        if self._operation is None:
            return None
        merged: dict[str, Found] = {}
        faulty: set[str] = set()
        for level in (self._general, *levels):
            merged.update(level.fits)
            faulty |= level.faulty
        return Instance(
            name,
            path,
            parameters_path,
            self._operation,
            merged,
            frozenset(faulty),
            self._graph.environment,
        )

    def _is_enabled(self, table: Mapping[str, object], path: str, what: str) -> bool:
        value, at = table.get("enabled"), below(path, "enabled")
        enabled = value is None or self._values.boolean(value, at) is not False
        if not enabled:
            self._values.findings.note(at, "ignored", f"the {what} is not read", "it is not enabled")
        return enabled

    def _table(self, fields: Mapping[str, Found], name: str) -> dict[str, object] | None:
        return self._values.table(*fields[name]) if name in fields else None

    def _level(self, fields: Mapping[str, Found]) -> _Level:
        table = self._table(fields, "parameters")
        if table is None:
            return _Level({})
        path = "" if self._graph.flat else fields["parameters"].path
        fits = self._values.fields(table, path, SETTINGS)
        given = {_KNOWN[name].name for name, value in table.items() if name in _KNOWN and value is not None}
        return _Level(fits, frozenset(given - fits.keys()))

    def _read_shared(self, fields: Mapping[str, Found]) -> None:
        for name, value in (self._table(fields, "sharedNodes") or {}).items():
            path = below(fields["sharedNodes"].path, name)
            table = self._values.table(value, path) if value is not None else {}
            if table is not None:
                inner = self._values.fields(table, path, SHARED_NODE_SETTINGS)
                self._shared[name] = self._level(inner)

    def _mapped(self, fields: Mapping[str, Found]) -> list[_Level]:
        """Return the parameters of the shared nodes that an instance maps to; of all where it has no map."""
        table = self._table(fields, "sharedNodeMap")
        if table is None:
            return list(self._shared.values())
        mapped: list[_Level] = []
        for node, name in table.items():
            if isinstance(name, str) and name in self._shared:
                mapped.append(self._shared[name])
                continue
            self._values.findings.note(
                below(fields["sharedNodeMap"].path, node),
                "warning",
                "the camera shares nothing by this name",
                f"there is no shared node {shown(name)}; there are: {', '.join(self._shared) or 'none'}",
            )
        return mapped


def graphs_from_twin(
    desired: object, path: str, environment: Mapping[str, str], values: Values
) -> list[Graph]:
    """Return the graphs of a module twin's desired properties."""
    table = values.table(desired, path)
    if table is None:
        return []
    graphs: list[Graph] = []
    for key, value in table.items():
        at = below(path, key)
        if key == "graphs":
            named = values.table(value, at) or {}
            graphs += [
                Graph(name, below(at, name), graph, environment)
                for name, graph in named.items()
                if graph is not None
            ]
        elif key.lower() == "globalsettings":
            _tell_global(value, at, values)
        elif not key.startswith("$"):
            values.findings.note(at, "warning", "not read", "no edition of the documentation has it")
    return graphs


def _tell_global(value: object, path: str, values: Values) -> None:
    reasons = {
        "platformtelemetryenabled": "there is no telemetry to Microsoft",
        "customertelemetryenabled": "there is no telemetry to Microsoft",
        "platformloglevel": "logging is set where the program is started",
    }
    table = cast("dict[str, object]", value) if isinstance(value, dict) else {}
    for name in table:
        reason = reasons.get(name.lower(), "no edition of the documentation has it")
        values.findings.note(below(path, name), "ignored", "ignored", reason)
