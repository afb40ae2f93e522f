"""Where people's faces are and whether they wear a mask; only where that is asked for."""

from sightline.faces.mask import FaceMask

__all__ = ["FaceMask"]
