"""A pipeline that is followed to its end, or until somebody asks it to stop."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from sightline.cli.connections import ConnectionNotes
from sightline.cli.console import fail, say
from sightline.cli.progress import RunProgress
from sightline.cli.stopping import HINT, end_at_once_when_asked_again
from sightline.errors import SightlineError

if TYPE_CHECKING:
    from collections.abc import Callable

    from sightline.pipeline import Pipeline, Step


def follow(
    pipeline: Pipeline,
    *,
    goes_on: Callable[[Step], bool] = lambda _: True,
    ending: Callable[[], None] = lambda: None,
    as_json: bool,
) -> bool:
    """Run to the end and close; return whether Ctrl-C ended it. An error ends the program with its words.

    Args:
        pipeline: What runs.
        goes_on: Is handed each step, and says whether more are wanted.
        ending: Is called once no more steps come, whatever the reason, before the pipeline is closed.
        as_json: No words about how it gets on, and errors as JSON.
    """
    stopped = False
    try:
        with (
            ConnectionNotes(pipeline, shown=not as_json),
            RunProgress(pipeline, shown=not as_json) as progress,
        ):
            for step in pipeline.steps():
                progress.advance(step)
                if not goes_on(step):
                    break
    except KeyboardInterrupt:
        end_at_once_when_asked_again()
        stopped = True
        if not as_json:
            say(HINT)
    except (SightlineError, OSError) as error:
        # What failed once may fail again, and is being told already.
        with contextlib.suppress(SightlineError, OSError):
            pipeline.close()
        fail(error, as_json=as_json)
    finally:
        ending()
    pipeline.close()
    return stopped
