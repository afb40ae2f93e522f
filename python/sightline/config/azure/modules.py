"""What else a deployment manifest has: other modules, routes, environments, container options; noted, item by item."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from sightline.config.azure.notes import below

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sightline.config.azure.notes import Findings

_AGENT, _HUB = "$edgeAgent", "$edgeHub"
_SECRETS = ("KEY_ENV", "IV_ENV")
_MODULE_FIELDS = {
    "version": "this program has its own",
    "type": "this program is started by you, or by your container runtime",
    "status": "this program is started by you, or by your container runtime",
    "restartPolicy": "whatever starts this program restarts it",
    "startupOrder": "whatever starts this program orders it",
    "imagePullPolicy": "no image is pulled",
}
_SETTINGS_FIELDS = {
    "image": "this program replaces the image",
    "createOptions": "ports, devices and memory are set where the program is started",
}
_HUB_FIELDS = {
    "schemaVersion": "there is no IoT Edge hub in between",
    "routes": "sinks say where messages go; see `[[sinks]]`",
    "storeAndForwardConfiguration": "there is no IoT Edge hub in between that would store messages",
}
_AGENT_FIELDS = {
    "schemaVersion": "there is no IoT Edge agent",
    "runtime": "there is no IoT Edge agent that would pull images",
    "systemModules": "there is no IoT Edge agent and no hub",
}


# Environment variables of the module and why they do nothing here; of all others it is said that they are not known.
ENVIRONMENT: dict[str, str] = {
    "EULA": "there is nothing to accept",
    "BILLING": "nothing is metered",
    "BILLING_ENDPOINT": "nothing is metered",
    "ENDPOINT": "nothing is metered",
    "APIKEY": "no key is needed; remove it from the manifest",
    "API_KEY": "no key is needed; remove it from the manifest",
    "ARCHON_LOG_LEVEL": "logging is set where the program is started",
    "ARCHON_NODES_LOG_LEVEL": "logging is set where the program is started",
    "ARCHON_PERF_MARKER": "the run's summary has its rates",
    "ARCHON_SHARED_BUFFER_LIMIT": "`queue` bounds the frames that wait",
    "ARCHON_GRAPH_READY_TIMEOUT": "a model is loaded before the first frame, however long it takes",
    "ARCHON_TELEMETRY_IOTHUB": "there is no telemetry to Microsoft",
    "ORT_TENSORRT_ENGINE_CACHE_ENABLE": "a detector's engine is its own file",
    "OMP_WAIT_POLICY": "the detector's threads are set in its configuration",
    "QT_X11_NO_MITSHM": "there is no window",
    "DISPLAY": "there is no window",
    "NVIDIA_VISIBLE_DEVICES": "set it where the program is started",
    "RTPT_APPCENTER_APP_SECRET": "there are no crash dumps; remove it from the manifest",
    "LAUNCHER_TYPE": "the camera is opened here",
}


def environment_of(module: str, modules: Mapping[str, object]) -> dict[str, str]:
    """Return the environment variables that the manifest gives a module."""
    env = inside(modules, _AGENT, "properties.desired", "modules", module, "env")
    values = {name: inside(entry, "value") for name, entry in _items(env)}
    return {name: value for name, value in values.items() if isinstance(value, str)}


def tell_modules(
    modules: Mapping[str, object], path: str, analyzed: Sequence[str], findings: Findings
) -> None:
    """Note all of a manifest that is not a graph, and why it has no meaning here.

    Args:
        modules: The manifest's `modulesContent`.
        path: Where it stands.
        analyzed: The modules whose graphs are read.
        findings: Takes the notes.
    """
    for name, module in modules.items():
        at = below(path, name)
        if name == _AGENT:
            _tell_agent(module, at, analyzed, findings)
        elif name == _HUB:
            desired = inside(module, "properties.desired")
            _tell(desired, below(at, "properties.desired"), _HUB_FIELDS, findings)
        elif name not in analyzed:
            findings.note(at, "ignored", "ignored", "the module has no graphs")


def _tell_agent(module: object, path: str, analyzed: Sequence[str], findings: Findings) -> None:
    desired = inside(module, "properties.desired")
    at = below(path, "properties.desired")
    _tell(desired, at, _AGENT_FIELDS, findings, skip=("modules",))
    for name, entry in _items(inside(desired, "modules")):
        here = below(at, "modules", name)
        if name not in analyzed:
            reason = "it watches no camera; metrics and logs are this program's own"
            findings.note(here, "ignored", "the module is ignored", reason)
            continue
        _tell(entry, here, _MODULE_FIELDS, findings, skip=("env", "settings"))
        _tell(inside(entry, "settings"), below(here, "settings"), _SETTINGS_FIELDS, findings)
        for variable, _ in _items(inside(entry, "env")):
            if variable not in _SECRETS:
                reason = ENVIRONMENT.get(variable, "no edition of the documentation has it")
                findings.note(below(here, "env", variable), "ignored", "ignored", reason)


def _tell(
    table: object, path: str, reasons: Mapping[str, str], findings: Findings, *, skip: Sequence[str] = ()
) -> None:
    for name, value in _items(table):
        if name in skip:
            continue
        reason = reasons.get(name, "it has no meaning here")
        inner = _items(value) if name in ("routes", "systemModules") else []
        for item in [below(path, name, key) for key, _ in inner] or [below(path, name)]:
            findings.note(item, "ignored", "ignored", reason)


def _items(table: object) -> list[tuple[str, object]]:
    return list(cast("dict[str, object]", table).items()) if isinstance(table, dict) else []


def inside(value: object, *keys: str) -> object:
    """Return what a chain of keys leads to, or None."""
    for key in keys:
        value = cast("dict[str, object]", value).get(key) if isinstance(value, dict) else None
    return value
