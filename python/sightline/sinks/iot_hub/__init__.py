"""Azure IoT Hub and IoT Edge: events as messages, and the twin as the place for configuration and health."""

from sightline.sinks.iot_hub.config import IotHubConfig
from sightline.sinks.iot_hub.sink import IotHubSink
from sightline.sinks.iot_hub.twin import IotHubTwin

__all__ = ["IotHubConfig", "IotHubSink", "IotHubTwin"]
