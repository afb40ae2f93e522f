"""Which kind of model a file is, and why: from its sidecar, its metadata, its names and its shapes, in that order.

`recognize` is the way in. `candidates.py` lists the kinds whose outputs have the model's shapes; here the list is narrowed until
one is left. If several stay, or none, the answer is an error that says what was seen and how to write a sidecar: a guess that is
wrong would not fail, but count wrongly for months.
"""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Final, cast

import msgspec

from sightline.detectors.candidates import Candidate, find_candidates
from sightline.detectors.coco import COCO_80, COCO_91
from sightline.detectors.description import ModelDescription, Sidecar, sidecar_path
from sightline.detectors.inputs import ImageInput, find_image_input, input_size_of
from sightline.detectors.kinds import KINDS, Kind
from sightline.errors import ModelError

if TYPE_CHECKING:
    from sightline.detectors.onnx_model import OnnxModel

_COCO_CLASSES: Final = len(COCO_80)
# Exporters of the Ultralytics kind write these two; those of the kinds below write nothing.
_ULTRALYTICS_KEYS: Final = frozenset({"names", "stride"})
_WITHOUT_METADATA: Final = frozenset({"yolox", "yolov6", "nanodet", "ssd", "fastestdet"})


def recognize(
    model: OnnxModel, *, sidecar: Sidecar | None = None, input_size: tuple[int, int] | None = None
) -> ModelDescription:
    """Return what a model is and how to use it.

    Args:
        model: The model, with all output sizes but the batch known (`OnnxSession.measured` fills in open ones).
        sidecar: What a person wrote about it; it has the last word.
        input_size: Width and height in pixels, for a model that leaves them open.

    Raises:
        ModelError: Of no known kind, of more than one, or with inputs that cannot be fed. The message says what to do.
    """
    sidecar = sidecar or Sidecar()
    image = find_image_input(model)
    reasons: list[str] = []
    written_names = sidecar.names_by_id()
    names = written_names if written_names is not None else metadata_names(model)
    chosen = _chosen(model, image, sidecar, names, reasons)
    kind = sidecar.amended(_fed_with(image, KINDS[chosen.kind], reasons))
    offset = chosen.class_offset if sidecar.class_offset is None else sidecar.class_offset
    if names and written_names is None:
        # The exporter named the outputs' columns; what is reported is shifted.
        names = {number + offset: name for number, name in names.items() if number + offset >= 0}
    class_names = names or _usual_names(kind, chosen, offset, reasons)
    width, height = input_size_of(model, image, kind, input_size or sidecar.input_size, reasons)
    return ModelDescription(
        kind=chosen.kind,
        family=kind.family,
        input_name=image.tensor.name,
        input_width=width,
        input_height=height,
        input_dtype=image.tensor.dtype,
        size_input=image.size_input,
        outputs=chosen.outputs,
        max_batch=image.max_batch,
        batch_fixed=image.batch_fixed,
        channels=kind.channels,
        fit=kind.fit,
        pad=kind.pad,
        mean=kind.mean,
        std=kind.std,
        num_classes=chosen.num_classes or len(names or kind.class_names),
        class_names=class_names,
        class_offset=offset,
        options=kind.options,
        priors=kind.priors,
        reasons=tuple(reasons),
    )


def metadata_names(model: OnnxModel) -> dict[int, str] | None:
    """Return the class names that the exporter wrote into the file, or `None`.

    They are a Python or JSON literal, a list or a dictionary by class index.
    """
    try:
        value: object = ast.literal_eval(model.metadata.get("names", "None"))
        if isinstance(value, list | tuple):
            value = dict(enumerate(cast("list[object]", value)))
        return msgspec.convert(value, dict[int, str] | None, strict=False) or None
    except (ValueError, SyntaxError, MemoryError, RecursionError):  # msgspec.ValidationError is a ValueError
        return None


def _fed_with(image: ImageInput, kind: Kind, reasons: list[str]) -> Kind:
    if image.tensor.dtype != "tensor(uint8)":
        return kind
    reasons.append("input of bytes: mean and std are the model's own business")
    return msgspec.structs.replace(kind, mean=(0.0, 0.0, 0.0), std=(1.0, 1.0, 1.0))


def _chosen(
    model: OnnxModel, image: ImageInput, sidecar: Sidecar, names: dict[int, str] | None, reasons: list[str]
) -> Candidate:
    found = find_candidates(model, image)
    if sidecar.kind is not None:
        return _as_written(model, sidecar.kind, found, reasons)
    task = model.metadata.get("task", "detect")
    if task != "detect":
        raise ModelError(
            f"{model.path}: its metadata says that it was made for the task {task!r}; Sightline needs a model for 'detect'"
        )
    if not found:
        raise ModelError(_unknown(model))
    remaining = _narrowed(found, model, names)
    if not remaining:
        raise ModelError(_misnamed(model, found, len(names or ())))
    if len(remaining) > 1:
        raise ModelError(_ambiguous(model, remaining))
    reasons.append(f"{remaining[0].kind}: {remaining[0].evidence}")
    if len(found) > 1:
        others = ", ".join(f"{c.kind} ({c.classes_in_words()})" for c in found if c is not remaining[0])
        reasons.append(f"not {others}: {_why_narrowed(model, names, remaining[0])}")
    return remaining[0]


def _as_written(model: OnnxModel, kind: str, found: list[Candidate], reasons: list[str]) -> Candidate:
    reasons.append(f"{kind}: the sidecar {sidecar_path(model.path).name} says so")
    family = KINDS[kind].family
    for candidate in found:
        if candidate.kind == kind or KINDS[candidate.kind].family == family:
            return msgspec.structs.replace(candidate, kind=kind)
    outputs = tuple(tensor.name for tensor in model.outputs)
    return Candidate(kind=kind, num_classes=None, outputs=outputs, evidence="the sidecar", named=True)


def _narrowed(found: list[Candidate], model: OnnxModel, names: dict[int, str] | None) -> list[Candidate]:
    """Return the candidates that fit best: by metadata, then by names, then by the number of classes."""
    if model.metadata.keys() >= _ULTRALYTICS_KEYS:
        found = [c for c in found if c.kind not in _WITHOUT_METADATA]
    if names:
        found = [c for c in found if c.num_classes in (None, len(names))]
    if len(found) > 1 and any(c.named for c in found):
        found = [c for c in found if c.named]
    if len(found) > 1 and any(c.num_classes == _COCO_CLASSES for c in found):
        found = [c for c in found if c.num_classes == _COCO_CLASSES]
    return found


def _why_narrowed(model: OnnxModel, names: dict[int, str] | None, chosen: Candidate) -> str:
    if model.metadata.keys() >= _ULTRALYTICS_KEYS:
        return "the metadata has 'names' and 'stride', as Ultralytics writes them"
    if names:
        return f"{len(names)} class names are known"
    if chosen.named:
        return "the inputs and outputs bear the names that this kind's exporter gives"
    return f"{chosen.num_classes} classes are COCO's"


def _usual_names(kind: Kind, chosen: Candidate, offset: int, reasons: list[str]) -> dict[int, str]:
    if kind.class_names:
        reasons.append(f"class names: those of every {chosen.kind}")
        return dict(enumerate(kind.class_names))
    if chosen.num_classes == _COCO_CLASSES and offset == 0:
        reasons.append("class names: the 80 of COCO, by their number")
        return COCO_80
    if chosen.num_classes == max(COCO_91) + 1 and offset == -1:
        reasons.append("class names: COCO's, numbered by category id less one")
        return {number - 1: name for number, name in COCO_91.items()}
    reasons.append("class names: unknown; use ids, or write class_names into a sidecar")
    return {}


def _unknown(model: OnnxModel) -> str:
    hint = ""
    shapes = [tensor.shape for tensor in model.outputs]
    if len(shapes) == 2 and all(len(s) == 3 for s in shapes) and shapes[0][1] == shapes[1][1]:  # noqa: PLR2004 - boxes and scores
        hint = " It may be an SSD whose boxes are still offsets from anchors, which the file does not hold."
    return f"{model.path}: not a kind of model that Sightline knows.{hint}\n{_seen(model)}\n{_remedy(model)}"


def _ambiguous(model: OnnxModel, candidates: list[Candidate]) -> str:
    lines = "\n".join(f"  {c.kind}: {c.evidence} ({c.classes_in_words()})" for c in candidates)
    return (
        f"{model.path}: this could be more than one kind of model:\n{lines}\n{_seen(model)}\n{_remedy(model)}"
    )


def _misnamed(model: OnnxModel, candidates: list[Candidate], names: int) -> str:
    expected = " or ".join(f"{c.classes_in_words()} ({c.kind})" for c in candidates)
    return f"{model.path}: there are {names} class names, but the outputs have {expected}.\n{_seen(model)}"


def _seen(model: OnnxModel) -> str:
    inputs = ", ".join(tensor.in_words() for tensor in model.inputs)
    outputs = ", ".join(tensor.in_words() for tensor in model.outputs)
    keys = ", ".join(sorted(model.metadata)) or "none"
    return f"Seen: inputs {inputs}; outputs {outputs}; metadata keys: {keys}."


def _remedy(model: OnnxModel) -> str:
    return (
        f'If you know what it is, write {sidecar_path(model.path)} with {{"kind": "…"}}, one of {", ".join(KINDS)}; '
        "class_names, input_size (width, height), channels, fit, pad, mean and std may stand beside it."
    )
