"""One model of configuration, and the readers that fill it."""

from sightline.config.model import (
    CameraConfig,
    Config,
    DetectorConfig,
    FacesConfig,
    Instant,
    OperateConfig,
    OutboxConfig,
    StationaryConfig,
    TrackerConfig,
)
from sightline.config.toml import load_config, load_scene, read_toml, scene_of

__all__ = [
    "CameraConfig",
    "Config",
    "DetectorConfig",
    "FacesConfig",
    "Instant",
    "OperateConfig",
    "OutboxConfig",
    "StationaryConfig",
    "TrackerConfig",
    "load_config",
    "load_scene",
    "read_toml",
    "scene_of",
]
