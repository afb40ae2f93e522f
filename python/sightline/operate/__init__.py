"""How a run is doing, for whoever operates it: metrics, health, status, and word to systemd."""

from sightline.operate.address import DEFAULT_LISTEN, Address
from sightline.operate.operations import Operations
from sightline.operate.records import CameraRecord, Observer

__all__ = ["DEFAULT_LISTEN", "Address", "CameraRecord", "Observer", "Operations"]
