"""What is known about a model: recognised from its file, or written beside it by a person in a sidecar.

A sidecar is a JSON file named after the model, `person.onnx.json` for `person.onnx`. Every field but `kind` is optional:

    {"kind": "yolov8", "class_names": ["person", "forklift"]}
"""

from __future__ import annotations

from pathlib import Path

import msgspec

from sightline.detectors.kinds import KINDS, Channels, Family, Fit, Kind, Options, Triple
from sightline.detectors.priors import PriorBoxes
from sightline.errors import ModelError


class ModelDescription(msgspec.Struct, frozen=True, kw_only=True):
    """All that is needed to run a model, and why it is believed."""

    kind: str
    """One of `KINDS`."""
    family: Family
    """The decoder that reads the outputs."""
    input_name: str
    input_width: int
    """Pixels."""
    input_height: int
    """Pixels."""
    input_dtype: str
    """ONNX Runtime's name of the input's type."""
    size_input: str | None
    """The input that wants each picture's size as (width, height), if there is one."""
    outputs: tuple[str, ...]
    """The outputs to fetch, in the order that the decoder takes."""
    max_batch: int
    """Pictures at once, at least 1."""
    batch_fixed: bool
    """Whether the model takes exactly `max_batch` pictures, no fewer."""
    channels: Channels
    fit: Fit
    pad: float
    """What fills a letterbox, 0…255."""
    mean: Triple
    """Per channel, 0…255 units."""
    std: Triple
    """Per channel, 0…255 units."""
    num_classes: int
    """Classes scored, without background; 0 if the outputs do not tell."""
    class_names: dict[int, str]
    """Names by class id as reported; empty if unknown."""
    class_offset: int
    """Added to the model's class index to give the class id, so that a person is 0 in either numbering of COCO."""
    options: Options
    """Further settings of the decoder."""
    priors: PriorBoxes | None
    """What the boxes are offsets from, if the file leaves that out."""
    reasons: tuple[str, ...]
    """How each conclusion was reached, a sentence each."""


class Sidecar(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a person wrote about a model. Fields that are left out are recognised or taken from the kind."""

    kind: str | None = None
    """One of `KINDS`."""
    input_size: tuple[int, int] | None = None
    """Width and height in pixels, for a model that leaves them open."""
    channels: Channels | None = None
    fit: Fit | None = None
    pad: float | None = None
    mean: Triple | None = None
    std: Triple | None = None
    class_names: list[str] | dict[int, str] | None = None
    """In the model's order, or by class id as reported."""
    class_offset: int | None = None
    options: Options = {}

    def amended(self, kind: Kind) -> Kind:
        """Return the kind with what this sidecar says in place of what is usual."""
        names = ("channels", "fit", "pad", "mean", "std")
        written = {name: getattr(self, name) for name in names if getattr(self, name) is not None}
        return msgspec.structs.replace(kind, **written, options={**kind.options, **self.options})

    def names_by_id(self) -> dict[int, str] | None:
        """Return the class names by class id, or `None` if they were left out."""
        if isinstance(self.class_names, list):
            return dict(enumerate(self.class_names))
        return self.class_names


def sidecar_path(model: str | Path) -> Path:
    """Return where the sidecar of a model lies: `person.onnx.json` beside `person.onnx`."""
    path = Path(model)
    return path.with_name(path.name + ".json")


def read_sidecar(model: str | Path) -> Sidecar | None:
    """Return what is written beside a model, or `None` if nothing is.

    Raises:
        ModelError: The sidecar cannot be read, has a wrong field, or names an unknown kind.
    """
    path = sidecar_path(model)
    try:
        text = path.read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise ModelError(f"{path}: the model's sidecar cannot be read: {error.strerror}") from error
    try:
        sidecar = msgspec.json.decode(text, type=Sidecar)
    except msgspec.DecodeError as error:
        raise ModelError(f"{path}: {error}") from error
    if sidecar.kind is not None and sidecar.kind not in KINDS:
        raise ModelError(f"{path}: kind: expected one of {', '.join(KINDS)}; found {sidecar.kind!r}")
    return sidecar
