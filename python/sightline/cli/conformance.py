"""`sightline conformance`: the suite of line and zone cases, and random walkers."""

from __future__ import annotations

import json
from typing import Annotated

import typer

from sightline.cli.console import INPUT_AT_FAULT, fail, say
from sightline.conformance import CASES, Score, Verdict, judge, score

LEAST_SHARE = 0.998
"""Share of random walkers that must be right in both directions."""


def conformance(
    case: Annotated[
        list[str] | None,
        typer.Option("--case", metavar="ID", help="Run this case only, such as L03b; may be given again."),
    ] = None,
    *,
    walkers: Annotated[
        int, typer.Option(min=0, help="Random walkers to send over a line; 0 for none.")
    ] = 2000,
    seed: Annotated[int, typer.Option(min=0, help="Seed of the random walkers.")] = 0,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Ask the rules every case of the conformance suite and print the table; exit code 1 if an answer is wrong."""
    wanted = case or [each.id for each in CASES]
    if unknown := set(wanted) - {each.id for each in CASES}:
        known = ", ".join(each.id for each in CASES)
        fail(
            ValueError(f"--case: expected some of {known}; found {', '.join(sorted(unknown))}"),
            as_json=as_json,
        )
    verdicts = [judge(each) for each in CASES if each.id in wanted]
    walked = score(walkers, seed) if walkers and not case else None
    if as_json:
        typer.echo(json.dumps(_data(verdicts, walked)))
    else:
        _print(verdicts, walked)
    if not all(verdict.passed for verdict in verdicts) or (walked and walked.share < LEAST_SHARE):
        raise typer.Exit(INPUT_AT_FAULT)


def _print(verdicts: list[Verdict], walked: Score | None) -> None:
    width = max(len(verdict.case.title) for verdict in verdicts)
    for verdict in verdicts:
        mark = "pass" if verdict.passed else "FAIL"
        typer.echo(f"{verdict.case.id:<5}{mark}  {verdict.case.title:<{width}}  {verdict.case.expect}")
        for fault in verdict.faults:
            typer.echo(f"           {fault}")
    passed = sum(verdict.passed for verdict in verdicts)
    say(f"{passed} of {len(verdicts)} cases pass")
    if walked:
        wrong = ", ".join(f"{kind} {walked.wrong[kind]}/{count}" for kind, count in walked.walkers.items())
        say(
            f"{walked.share:.2%} of {sum(walked.walkers.values())} random walkers exactly right (wrong: {wrong})"
        )


def _data(verdicts: list[Verdict], walked: Score | None) -> dict[str, object]:
    cases = [
        {"id": each.case.id, "title": each.case.title, "expect": each.case.expect, "faults": each.faults}
        for each in verdicts
    ]
    random = walked and {"share": walked.share, "walkers": walked.walkers, "wrong": walked.wrong}
    return {"cases": cases, "walkers": random}
