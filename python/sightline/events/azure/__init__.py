"""Events as the retired container of Azure AI Vision Spatial Analysis wrote them."""

from sightline.events.azure.encoder import AzureEncoder
from sightline.events.azure.frame import Frame
from sightline.events.azure.message import AzureMessage
from sightline.events.azure.options import AzureCamera, AzureReport
from sightline.events.azure.reader import EVENT_TYPES, AzureCalibration, AzureDetection, AzureEvent, decode

__all__ = [
    "EVENT_TYPES",
    "AzureCalibration",
    "AzureCamera",
    "AzureDetection",
    "AzureEncoder",
    "AzureEvent",
    "AzureMessage",
    "AzureReport",
    "Frame",
    "decode",
]
