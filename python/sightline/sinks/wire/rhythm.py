"""How long to wait between attempts: longer each time, and not all at once."""

from __future__ import annotations

import random

# "Full jitter", M. Brooker, "Exponential Backoff And Jitter", AWS Architecture Blog, 2015; the courier keeps the same rhythm.
FIRST_PAUSE_S = 0.5
LONGEST_PAUSE_S = 60.0


def pause_s(failures: int) -> float:
    """Return a random pause after so many failures in a row, seconds: up to 0.5 at first, up to 60 in the end."""
    longest = min(FIRST_PAUSE_S * 2.0 ** min(failures, 30), LONGEST_PAUSE_S)
    return random.uniform(0.1, 1.0) * longest  # noqa: S311 - it only spreads attempts
