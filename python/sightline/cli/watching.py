"""A view of a run that stays: asked again every second, until Ctrl-C."""

from __future__ import annotations

import json
import time
from contextlib import nullcontext
from typing import TYPE_CHECKING

import typer
from rich.console import Group
from rich.live import Live
from rich.text import Text

from sightline.cli.console import warn, words
from sightline.cli.status_view import Document, duration, plain, view
from sightline.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Callable

    from rich.console import RenderableType


class Watching:
    """Asks a run how it is over and over, and shows it; goes on asking while nobody answers.

    Args:
        ask: Returns what `/status` answers, or raises.
        every_s: From one question to the next, seconds.
        as_json: Whether to write each answer as a line instead.
    """

    def __init__(self, ask: Callable[[], Document], *, every_s: float, as_json: bool) -> None:
        self._ask = ask
        self._every_s = every_s
        self._as_json = as_json
        self._newest: Document | None = None
        self._before: Document | None = None
        self._answered_s: float | None = None

    def run(self) -> None:
        """Go on until Ctrl-C.

        Raises:
            ConfigError: When the first answer is a refusal, which asking again does not mend.
        """
        stays = words.is_terminal and not words.is_dumb_terminal and not self._as_json
        live = Live(console=words, screen=True, auto_refresh=False) if stays else None
        problem = self._question()  # before the screen is taken, so that a refusal can be read
        try:
            with live or nullcontext():
                while True:
                    if live is not None:
                        live.update(self._screen(problem), refresh=True)
                    else:
                        self._write(problem)
                    time.sleep(self._every_s)
                    problem = self._question()
        except KeyboardInterrupt:
            return

    def _question(self) -> str:
        """Ask; return why there was no answer, or nothing."""
        try:
            found = self._ask()
        except (ConfigError, OSError) as error:
            # A token that is changed, or a run that begins again, may answer so for a moment.
            if isinstance(error, ConfigError) and self._newest is None:
                raise
            return str(error)
        # A run that has begun anew has nothing in common with what was there before.
        is_same = self._newest is not None and self._newest["uptime_s"] <= found["uptime_s"]
        self._before, self._newest = (self._newest if is_same else None), found
        self._answered_s = time.monotonic()
        return ""

    def _screen(self, problem: str) -> RenderableType:
        parts: list[RenderableType] = []
        if problem:
            parts.append(Text(f"{plain(problem)}; trying again", style="bold red"))
        if self._newest is not None and self._answered_s is not None:
            if problem:
                parts.append(Text(f"as it was {duration(time.monotonic() - self._answered_s)} ago:"))
            parts.append(view(self._newest, self._before))
        parts.append(Text(f"every {self._every_s:g} s; Ctrl-C leaves", style="dim"))
        return Group(*parts)

    def _write(self, problem: str) -> None:
        if problem:
            warn(f"{problem}; trying again")
        elif self._newest is not None:
            if self._as_json:
                typer.echo(json.dumps(self._newest))
            else:
                words.print(view(self._newest, self._before))
