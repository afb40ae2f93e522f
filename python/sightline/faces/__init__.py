"""Where people's faces are and whether they wear a mask; only where that is asked for.

No face model is opened before a `FaceMaskClassifier` is made, and pixels are used during its `update` only. Nobody is
recognised: nothing that describes a face is computed or kept.
"""

from sightline.faces.classifier import FaceMaskClassifier
from sightline.faces.mask import FaceMask
from sightline.faces.opening import open_face_detector, open_mask_detector

__all__ = ["FaceMask", "FaceMaskClassifier", "open_face_detector", "open_mask_detector"]
