"""Options that several commands have: what looks at pictures, and how Azure's messages are written."""

from __future__ import annotations

from typing import Annotated, Literal

import typer

AzureSchema = Literal["1.0", "2.0"]

Model = Annotated[
    str | None,
    typer.Option(
        help="An ONNX file, a name from `sightline model list`, or `motion`.",
        show_default="the catalogue's default if pulled, else motion",
    ),
]
Confidence = Annotated[
    float | None, typer.Option(min=0.0, max=1.0, help="Least confidence of a detection.", show_default="0.25")
]
Threads = Annotated[
    int | None,
    typer.Option(min=1, help="Threads for the model; never changes an event.", show_default="cores - 1"),
]
FaceModel = Annotated[
    str | None, typer.Option(help="A face detector (YuNet, ONNX), where face masks are asked for.")
]
MaskModel = Annotated[
    str | None, typer.Option(help="What tells masks (AIZOO, ONNX), where face masks are asked for.")
]
Schema = Annotated[
    AzureSchema | None,
    typer.Option("--azure-schema", help="Edition of a manifest's messages.", show_default="2.0"),
]
Fps = Annotated[float | None, typer.Option(help="Frames analyzed per second.", show_default="10")]
StartedAt = Annotated[
    str | None,
    typer.Option(
        metavar="TIME",
        help="Wall-clock time of the first frame, RFC 3339, of cameras that do not say it; events then carry a time of day.",
        show_default="now in Azure's messages, else unknown",
    ),
]
Once = Annotated[
    bool,
    typer.Option("--once", help="End at the end of a file, where the configuration would play it again."),
]
