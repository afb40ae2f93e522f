"""Deployment manifests of Azure AI Vision Spatial Analysis, read into the native configuration.

`load_azure` reads a file and returns a `Deployment`: the configuration, and a `Note` for everything that means something else here
or nothing. docs/migrating-from-azure.md lists every operation and parameter.
"""

from sightline.config.azure.manifest import Deployment, deployment_of, is_azure, load_azure
from sightline.config.azure.notes import Note, Severity, Use

__all__ = ["Deployment", "Note", "Severity", "Use", "deployment_of", "is_azure", "load_azure"]
