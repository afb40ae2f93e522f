"""What a worker says of its own process: CPU time by thread, memory, and a stretch of time that is measured. Linux."""

import os
import time
from pathlib import Path


def cpu_by_thread() -> dict[int, tuple[str, float]]:
    """Return each living thread's name and CPU seconds, by its number."""
    found = {}
    for task in Path("/proc/self/task").iterdir():
        try:
            name = (task / "comm").read_text().strip()
            cpu_ns = int((task / "schedstat").read_text().split()[0])
        except (FileNotFoundError, ProcessLookupError):
            continue  # it has just ended
        found[int(task.name)] = (name, cpu_ns / 1e9)
    return found


def resident_mb() -> float:
    """Return the memory in use, millions of bytes."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


class Stretch:
    """The measured part of a run: `length_s` long after `warm_up_s`.

    `taken` collects the frames in it: stream, presentation time and moment of the results, both in seconds.
    """

    def __init__(self, warm_up_s: float, length_s: float) -> None:
        self.begin = time.perf_counter() + warm_up_s
        self.end = self.begin + length_s
        self.has_begun = False
        self.first_s: dict[int, float] = {}
        self.taken: list[tuple[int, float, float]] = []
        self.cpu_s = 0.0

    def add(self, stream: int, pts_s: float, beside_s: float = 0.0) -> bool:
        """Take note of a frame whose results are there now, of which `beside_s` do not count as lateness.

        Returns whether the stretch has just begun.
        """
        now = time.perf_counter()
        # A stream's clock: the frame that came through soonest was on time.
        start = now - beside_s - pts_s
        self.first_s[stream] = min(start, self.first_s.get(stream, start))
        begins = not self.has_begun and now >= self.begin
        if begins:
            self.has_begun, self.begin, self.cpu_s = True, now, time.process_time()
        elif self.has_begun:
            self.taken.append((stream, pts_s, now - beside_s))
        return begins

    def is_over(self) -> bool:
        return time.perf_counter() >= self.end

    def figures(self, streams: int, fps: float) -> dict:
        """Return what was seen, once it is over."""
        wall_s = time.perf_counter() - self.begin
        late = sorted(moment - self.first_s[stream] - pts_s for stream, pts_s, moment in self.taken)
        return {
            "cpu_s": time.process_time() - self.cpu_s,
            "wall_s": wall_s,
            "frames": len(self.taken),
            "due": streams * fps * wall_s,
            "late_p50_s": late[len(late) // 2] if late else 0.0,
            "late_p99_s": late[int(len(late) * 0.99)] if late else 0.0,
            "resident_mb": resident_mb(),
        }
