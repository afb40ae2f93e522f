"""What a model file was recognised as, and why, for people and for programs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from sightline.detectors.description import ModelDescription
from sightline.detectors.onnx_model import OnnxModel, open_session, readable_file, sha256_of
from sightline.detectors.onnxruntime_detector import described

if TYPE_CHECKING:
    from pathlib import Path

_SHOWN_NAMES = 8


class Inspection(msgspec.Struct, frozen=True):
    """A model file and what was made of it."""

    sha256: str
    model: OnnxModel
    description: ModelDescription


def inspect(path: str | Path) -> Inspection:
    """Open a model file and return what it is.

    Raises:
        ModelError: No such file, damaged, or of unknown or ambiguous kind; the message says what was seen.
    """
    session = open_session(path, optimized=False)
    return Inspection(sha256_of(readable_file(path)), session.model, described(session))


def describe(path: str | Path) -> str:
    """Return what a model file is and why, as a page of text.

    Raises:
        ModelError: As `inspect`.
    """
    seen = inspect(path)
    d = seen.description
    preparation = f"{d.channels}, {d.fit.replace('_', ' ')}"
    if d.fit != "stretch":
        preparation += f" with pad {d.pad:g}"
    rows = [
        ("file", seen.model.path),
        ("sha256", seen.sha256),
        ("kind", f"{d.kind} (decoder {d.family})"),
        ("input", f"{d.input_name}: {d.input_width}x{d.input_height}, {_batch_in_words(d)}"),
        ("picture", f"{preparation}; (value - {_numbers(d.mean)}) / {_numbers(d.std)}, values 0…255"),
        ("outputs", ", ".join(t.in_words() for t in seen.model.outputs)),
        ("classes", _classes_in_words(d)),
    ]
    if d.options:
        rows.append(("decoding", ", ".join(f"{key}={value}" for key, value in d.options.items())))
    if d.priors:
        rows.append(("priors", f"{d.priors.count(d.input_width, d.input_height)} boxes, known from the kind"))
    lines = [f"{title:<9}{text}" for title, text in rows]
    return "\n".join([*lines, "why", *(f"  - {reason}" for reason in d.reasons)])


def describe_json(path: str | Path) -> str:
    """Return the same as one JSON object.

    Raises:
        ModelError: As `inspect`.
    """
    return msgspec.json.encode(inspect(path)).decode()


def _batch_in_words(d: ModelDescription) -> str:
    if d.batch_fixed:
        return f"exactly {d.max_batch} at once"
    return f"up to {d.max_batch} at once"


def _numbers(values: tuple[float, ...]) -> str:
    if len(set(values)) == 1:
        return f"{values[0]:g}"
    return "[" + ", ".join(f"{value:g}" for value in values) + "]"


def _classes_in_words(d: ModelDescription) -> str:
    count = str(d.num_classes) if d.num_classes else "unknown number"
    names = list(d.class_names.values())
    if not names:
        return f"{count}, without names"
    more = ", …" if len(names) > _SHOWN_NAMES else ""
    return f"{len(names)}: {', '.join(names[:_SHOWN_NAMES])}{more}"
