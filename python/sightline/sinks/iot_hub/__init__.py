"""Azure IoT Hub and IoT Edge: events as messages, and the twin as the place for configuration and health."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sightline.sinks.iot_hub.config import IotHubConfig
from sightline.sinks.iot_hub.sink import IotHubSink
from sightline.sinks.iot_hub.twin import IotHubTwin

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["IotHubConfig", "IotHubSink", "IotHubTwin", "open_sink"]


def open_sink(config: IotHubConfig, environment: Mapping[str, str]) -> IotHubSink:
    """Return the sink that the configuration asks for; nothing is connected yet.

    Raises:
        ConfigError: When a secret, a file or the MQTT library is missing.
    """
    return IotHubSink(config, environment)
