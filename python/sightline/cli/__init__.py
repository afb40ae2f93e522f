"""The `sightline` command: stdout is data, stderr is words.

Exit codes: 0 done, 1 the input is at fault, 2 the machine is, 130 stopped by Ctrl-C (after closing cleanly).
"""

from sightline.cli.app import main

__all__ = ["main"]
