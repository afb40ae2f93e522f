"""`sightline edge`: a module of IoT Edge, or a device of IoT Hub, whose twin says what to watch."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import msgspec
import typer

from sightline import __version__
from sightline.cli.console import STOPPED, fail, report, say, speak, warn
from sightline.cli.delivering import Sinks, state_folder
from sightline.cli.edge_run import KeptOpen, TwinRun
from sightline.cli.operating import Format, Level, Listen, TokenFile, operations_of
from sightline.cli.options import AzureSchema, now
from sightline.cli.running import pipeline_from_config
from sightline.config import FacesConfig, OperateConfig
from sightline.config.azure import deployment_of
from sightline.errors import ConfigError, SightlineError
from sightline.outbox import Outbox, Route
from sightline.sinks import Secret

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sightline.config import Config
    from sightline.pipeline import Pipeline

_DRAIN_S = 10.0


def edge(
    *,
    model: Annotated[
        str | None,
        typer.Option(
            help="An ONNX file, a name from `sightline model list`, or `motion`.",
            show_default="the catalogue's default if pulled, else motion",
        ),
    ] = None,
    confidence: Annotated[
        float | None,
        typer.Option(min=0.0, max=1.0, help="Least confidence of a detection.", show_default="0.25"),
    ] = None,
    threads: Annotated[
        int | None, typer.Option(min=1, help="Threads for the model.", show_default="cores - 1")
    ] = None,
    connection_env: Annotated[
        str | None,
        typer.Option(
            metavar="NAME",
            help="Environment variable with the connection string of a device or module, outside of IoT Edge.",
            show_default="we are a module of IoT Edge",
        ),
    ] = None,
    ca_file: Annotated[
        Path | None,
        typer.Option(help="CAs to trust, PEM, with --connection-env.", show_default="the system's"),
    ] = None,
    port: Annotated[int, typer.Option(help="MQTT over TLS.")] = 8883,
    output: Annotated[str, typer.Option(help="Output that messages leave the module by.")] = "events",
    azure_schema: Annotated[
        AzureSchema, typer.Option("--azure-schema", help="Edition of the messages.")
    ] = "2.0",
    face_model: Annotated[
        str | None, typer.Option(help="A face detector (YuNet, ONNX), where face masks are asked for.")
    ] = None,
    mask_model: Annotated[
        str | None, typer.Option(help="What tells masks (AIZOO, ONNX), where face masks are asked for.")
    ] = None,
    listen: Listen = None,
    token_file: TokenFile = None,
    log_format: Format = "human",
    log_level: Level = "info",
) -> None:
    """Take the place of the container of Azure AI Vision Spatial Analysis in IoT Edge.

    The module twin's desired properties are what a deployment manifest holds for it (`globalSettings`, `graphs`). They are
    put in force when they change; what is wrong with them is reported, and what ran goes on. Messages go to IoT Hub by way
    of an outbox, so that none is lost while it is away.

    Example: sightline edge --model yolox-nano
    """
    # Loaded here: it needs the extra iot-hub.
    from sightline.sinks.iot_hub import IotHubConfig, IotHubTwin  # noqa: PLC0415

    speak(log_format, log_level)
    try:
        faces = _faces(face_model, mask_model)
        secret = None if connection_env is None else Secret(env=connection_env)
        settings = IotHubConfig(
            edge=secret is None,
            connection_string=secret,
            ca_file=None if ca_file is None else str(ca_file),
            port=port,
            output=output,
            encoding="azure",
        )
        operations = operations_of(OperateConfig(), listen, token_file)
        hub = settings.open()
        outbox = Outbox(
            state_folder() / "outbox.db", [Route(settings.called, hub, settings.encoding)], report=report
        )
    except (SightlineError, ValueError) as error:
        fail(error)
    detector = {"model": model, "confidence": confidence, "threads": threads}

    def opened(desired: Mapping[str, Any]) -> Pipeline | None:
        """Make a pipeline of what the twin desires; none where it names nothing yet."""
        if not desired.get("graphs"):
            return None
        deployment = deployment_of(desired, schema_version=azure_schema, started_at=now())
        for note in deployment.notes:
            if note.severity in ("warning", "decide"):
                warn(str(note))
        wanted = {name: value for name, value in detector.items() if value is not None}
        config: Config = msgspec.structs.replace(
            deployment.config,
            detector=msgspec.structs.replace(deployment.config.detector, **wanted),
            faces=faces,
        )
        return pipeline_from_config(config, Sinks([], [KeptOpen(outbox)]), keep_pictures=False)

    run = TwinRun(opened, say=say, attach=operations.attach)
    twin = IotHubTwin(hub.link, run.apply, version=__version__, report=report)
    say(f"waiting for the twin of {hub.identity.client_id}")
    operations.wait([outbox])
    twin.start()
    try:
        run.run(twin.health)
    except KeyboardInterrupt:
        say("stopping")
    finally:
        operations.stopping()
        twin.close()
        outbox.close(drain_s=_DRAIN_S)
        operations.close()
    raise SystemExit(STOPPED)


def _faces(detector: str | None, masks: str | None) -> FacesConfig | None:
    if (detector is None) != (masks is None):
        raise ConfigError("--face-model, --mask-model: expected both or neither, found one")
    if detector is None or masks is None:
        return None
    return FacesConfig(detector=detector, masks=masks)
