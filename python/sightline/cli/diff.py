"""`sightline diff`: where two files of events, or two recordings of detections, part."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from sightline.cli.console import print_error
from sightline.differences import compare_files
from sightline.errors import SightlineError

if TYPE_CHECKING:
    from sightline.differences import Comparison, Difference, Item

DIFFERENT = 1
UNREADABLE = 2
_SHOWN = 40

File = Annotated[
    Path,
    typer.Argument(
        help="Events as JSON lines (CloudEvents or Azure's messages), or a recording of detections.",
        show_default=False,
    ),
]


def diff(
    a: File,
    b: File,
    *,
    as_json: Annotated[
        bool, typer.Option("--json", help="The difference as JSON; an error as JSON too.")
    ] = False,
) -> None:
    """Show the first difference of two files of events, or of two recordings of detections, and count both by type.

    Exit codes: 0 they are the same, 1 they differ, 2 one of them cannot be read.

    Example: sightline diff events.jsonl replayed.jsonl
    """
    try:
        found = compare_files(a, b)
    except SightlineError as error:
        print_error(error, as_json=as_json)
        raise SystemExit(UNREADABLE) from error
    if as_json:
        typer.echo(json.dumps(_plain(found)))
    else:
        _print(found)
    if not found.same:
        raise SystemExit(DIFFERENT)


def _plain(found: Comparison) -> dict[str, Any]:
    first = found.first
    return {
        "same": found.same,
        found.word: list(found.items),
        "beginning": found.beginning,
        "first": None if first is None else _plain_difference(first),
        "counts": found.counts,
        "notes": found.notes,
    }


def _plain_difference(first: Difference) -> dict[str, Any]:
    return {
        "number": first.number,
        "a": _plain_item(first.a),
        "b": _plain_item(first.b),
        "fields": [{"path": path, "a": one, "b": other} for path, one, other in first.fields],
        "extra_a": first.extra_a,
        "extra_b": first.extra_b,
    }


def _plain_item(item: Item | None) -> dict[str, Any] | None:
    return None if item is None else {"place": item.place, "title": item.title(), "values": item.values()}


def _print(found: Comparison) -> None:
    out = Console(highlight=False, soft_wrap=True, markup=False)
    for note in found.notes:
        out.print(note)
    one, other = found.items
    if found.first is None:
        out.print(f"the same {one} {found.word}")
    elif found.beginning is not None:
        longer = "B" if found.beginning == "A" else "A"
        there = found.first.b if found.first.a is None else found.first.a
        out.print(
            f"{found.beginning} is the beginning of {longer}: the same {min(one, other)} {found.word}, then {longer} has {abs(one - other)} more"
        )
        _print_item(out, longer, there)
    else:
        _print_difference(out, found.first)
    _print_counts(out, found)


def _print_difference(out: Console, first: Difference) -> None:
    out.print(f"the first difference is number {first.number}:")
    _print_item(out, "A", first.a)
    _print_item(out, "B", first.b)
    if _is_other(first):
        out.print("  these are different events")
        _print_extras(out, first)
        return
    if not first.fields:
        out.print("  the same values, written in another way")
    width = max((len(path) for path, *_ in first.fields[:_SHOWN]), default=0)
    for path, one, other in first.fields[:_SHOWN]:
        out.print(f"    {path:<{width}}  {json.dumps(one)} → {json.dumps(other)}")
    if len(first.fields) > _SHOWN:
        out.print(f"    and {len(first.fields) - _SHOWN} fields more; --json has all")
    _print_extras(out, first)


def _is_other(first: Difference) -> bool:
    """Whether two things of different sorts stand there, so that their fields say nothing."""
    a, b = first.a, first.b
    return (
        a is not None
        and b is not None
        and list(a.sorts()) != list(b.sorts())
        and bool(first.extra_a or first.extra_b)
    )


def _print_extras(out: Console, first: Difference) -> None:
    if first.extra_a is not None:
        out.print(
            f"  they agree again after {first.extra_a} that only A has here, and {first.extra_b} that only B has"
        )


def _print_item(out: Console, side: str, item: Item | None) -> None:
    if item is not None:
        out.print(f"  {side}  {item.place}: {item.title()}")


def _print_counts(out: Console, found: Comparison) -> None:
    table = Table("type", "A", "B", "", box=None, pad_edge=False)
    for sort, (one, other) in sorted(found.counts.items()):
        table.add_row(sort, str(one), str(other), "" if one == other else f"{other - one:+}")
    if table.row_count:
        out.print(table)
