"""`sightline edge`: a module of IoT Edge, or a device of IoT Hub, whose twin says what to watch."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NoReturn

import typer

from sightline import __version__
from sightline.cli.choices import Confidence, FaceModel, MaskModel, Model, Schema, Threads
from sightline.cli.console import STOPPED, fail, report, say, speak
from sightline.cli.delivering import Sinks, state_folder
from sightline.cli.edge_run import KeptOpen, TwinRun
from sightline.cli.operating import Format, Level, Listen, TokenFile, Traces, operations_of
from sightline.cli.options import faces_of, now, tell, with_models
from sightline.cli.running import pipeline_from_config
from sightline.cli.stopping import HINT, end_at_once_when_asked_again
from sightline.config import OperateConfig
from sightline.config.azure import deployment_of
from sightline.errors import SightlineError
from sightline.outbox import Outbox, Route
from sightline.sinks import Secret

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sightline.config import Config
    from sightline.operate import Operations
    from sightline.pipeline import Pipeline
    from sightline.sinks.iot_hub import IotHubConfig, IotHubSink

_DRAIN_S = 10.0


ConnectionEnv = Annotated[
    str | None,
    typer.Option(
        metavar="NAME",
        help="Environment variable with the connection string of a device or module, outside of IoT Edge.",
        show_default="we are a module of IoT Edge",
    ),
]
CaFile = Annotated[
    Path | None,
    typer.Option(help="CAs to trust, PEM, with --connection-env.", show_default="the system's"),
]
Port = Annotated[int, typer.Option(help="MQTT over TLS.")]
Output = Annotated[str, typer.Option(help="Output that messages leave the module by.")]


def edge(
    *,
    model: Model = None,
    confidence: Confidence = None,
    threads: Threads = None,
    connection_env: ConnectionEnv = None,
    ca_file: CaFile = None,
    port: Port = 8883,
    output: Output = "events",
    azure_schema: Schema = None,
    face_model: FaceModel = None,
    mask_model: MaskModel = None,
    listen: Listen = None,
    token_file: TokenFile = None,
    traces: Traces = None,
    log_format: Format = "human",
    log_level: Level = "info",
) -> None:
    """Take the place of the container of Azure AI Vision Spatial Analysis in IoT Edge.

    The module twin's desired properties are what a deployment manifest holds for it (`globalSettings`, `graphs`). They are
    put in force when they change; what is wrong with them is reported, and what ran goes on. Messages go to IoT Hub by way
    of an outbox, so that none is lost while it is away.

    Example: sightline edge --model yolox-nano
    """
    speak(log_format, log_level)
    try:
        faces = faces_of(face_model, mask_model)
        settings = _hub_of(connection_env, ca_file, port, output)
        operations = operations_of(OperateConfig(), listen, token_file, traces)
        hub = settings.open()
        outbox = Outbox(
            state_folder() / "outbox.db", [Route(settings.called, hub, settings.encoding)], report=report
        )
    except (SightlineError, ValueError) as error:
        fail(error)

    def read(desired: Mapping[str, Any]) -> Config | None:
        """Make a configuration of what the twin desires; none where it names nothing yet."""
        if not desired.get("graphs"):
            return None
        deployment = deployment_of(desired, schema_version=azure_schema or "2.0", started_at=now())
        tell(deployment)
        return with_models(
            deployment.config, model=model, confidence=confidence, threads=threads, faces=faces
        )

    def opened(config: Config) -> Pipeline:
        return pipeline_from_config(config, Sinks([], [KeptOpen(outbox)]), keep_pictures=False)

    _run(TwinRun(read, opened, say=say, attach=operations.attach), hub, outbox, operations)


def _hub_of(connection_env: str | None, ca_file: Path | None, port: int, output: str) -> IotHubConfig:
    # Loaded here: it needs the extra iot-hub.
    from sightline.sinks.iot_hub import IotHubConfig  # noqa: PLC0415

    secret = None if connection_env is None else Secret(env=connection_env)
    return IotHubConfig(
        edge=secret is None,
        connection_string=secret,
        ca_file=None if ca_file is None else str(ca_file),
        port=port,
        output=output,
        encoding="azure",
    )


def _run(run: TwinRun, hub: IotHubSink, outbox: Outbox, operations: Operations) -> NoReturn:
    """Do what the twin says until Ctrl-C, or until what runs cannot go on."""
    from sightline.sinks.iot_hub import IotHubTwin  # noqa: PLC0415 - it needs the extra iot-hub

    twin = IotHubTwin(hub.link, run.apply, version=__version__, report=report)
    say(f"waiting for the twin of {hub.identity.client_id}")
    operations.wait([outbox])
    twin.start()
    failure: SightlineError | None = None
    try:
        run.run(twin.health)
    except KeyboardInterrupt:
        end_at_once_when_asked_again()
        say(HINT)
    except SightlineError as error:
        failure = error
    finally:
        operations.stopping()
        twin.close()
        outbox.close(drain_s=_DRAIN_S)
        operations.close()
    if failure is not None:
        fail(failure)
    raise SystemExit(STOPPED)
