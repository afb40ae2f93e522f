"""Cameras for the soak run: each shows the falling square for ever, and something happens to one of them every few seconds."""

import random
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from tests.peers.rtsp import Fault, Play, RtspServer
from tests.support.square import write_film

NONSENSE = "nonsense"
"""The camera that sends garbage as long as there are faults."""

SERVERS = (("front", "back"), ("yard", "hall"), ("gate", "lift"), ("roof", NONSENSE))
"""Cameras that are killed together."""
UDP, MPEG4 = frozenset({"hall"}), frozenset({"gate"})


@dataclass
class FailingCameras:
    """Servers of eight cameras, and what is wrong with them.

    Args:
        folder: Where films are written.
        seed: Repeats the order of the faults, not their moments.

    Attributes:
        faults: How many there were of each kind.
        history: When each began, as `time.monotonic` has it, whom it struck, and its kind.
    """

    folder: Path
    seed: int
    faults: Counter[str] = field(default_factory=Counter)
    history: list[tuple[float, str, str]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._chance = random.Random(self.seed)  # noqa: S311 - faults, which the seed repeats
        self._films = {
            "usual": write_film(self.folder / "usual.mp4"),
            "wide": write_film(self.folder / "wide.mp4", (480, 240)),
            "mpeg4": write_film(self.folder / "mpeg4.mp4", codec=None),
        }
        self._plays: list[Play] = []
        self._undo: list[tuple[float, Callable[[], None]]] = []
        self._servers = [RtspServer({name: self._usual(name) for name in names}) for names in SERVERS]
        self._kinds: dict[str, Callable[[str], None]] = {
            "cut": lambda name: self._server(name).cut(name),
            "cut in a picture": lambda name: self._set(name, cut_in_picture=True),
            "stall": lambda name: self._for_a_while(name, stall=True),
            "server killed": self._kill,
            "garbage": lambda name: self._for_a_while(name, garbage=True),
            "another size": lambda name: self._show(name, "wide"),
            "another codec": lambda name: self._show(name, "usual" if name in MPEG4 else "mpeg4"),
            "clock set": lambda name: self._set(name, forward_s=self._chance.uniform(-1e5, 1e5)),
            "clock stands": lambda name: self._for_a_while(name, stamps="constant"),
            "clock runs backward": lambda name: self._for_a_while(name, stamps="backward"),
            "times at random": lambda name: self._for_a_while(name, stamps="random"),
        }

    @property
    def cameras(self) -> list[dict[str, str]]:
        """Name, address and transport of each."""
        return [
            {
                "name": name,
                "url": self._server(name).url(name),
                "transport": "udp" if name in UDP else "tcp",
            }
            for names in SERVERS
            for name in names
        ]

    @property
    def plays(self) -> list[Play]:
        """The undisturbed plays so far."""
        return self._plays + [play for server in self._servers for play in server.plays]

    def begin(self) -> None:
        """From now on one camera sends nothing but garbage."""
        self._set(NONSENSE, garbage=True)

    def fail(self) -> None:
        """Do something to a camera; what lasts is undone by `mend`."""
        kind = self._chance.choice(list(self._kinds))
        name = self._chance.choice([name for names in SERVERS for name in names if name != NONSENSE])
        self.faults[kind] += 1
        self.history.append((time.monotonic(), name, kind))
        self._kinds[kind](name)

    def mend(self, *, everything: bool = False) -> None:
        """Undo what has lasted long enough, or everything, so that all cameras are well."""
        now_s = time.monotonic()
        due = [entry for entry in self._undo if everything or entry[0] <= now_s]
        self._undo = [entry for entry in self._undo if entry not in due]
        for _, undo in due:
            undo()
        if everything:
            self._set(NONSENSE, garbage=False)

    def close(self) -> None:
        for server in self._servers:
            server.close()

    def _usual(self, name: str):
        return self._films["mpeg4" if name in MPEG4 else "usual"]

    def _server(self, name: str) -> RtspServer:
        return self._servers[self._place(name)]

    def _place(self, name: str) -> int:
        return next(place for place, names in enumerate(SERVERS) if name in names)

    def _set(self, name: str, **what: object) -> None:
        for key, value in what.items():
            setattr(self._server(name).faults[name], key, value)

    def _later(self, undo: Callable[[], None], least_s: float = 0.5, most_s: float = 5.0) -> None:
        self._undo.append((time.monotonic() + self._chance.uniform(least_s, most_s), undo))

    def _for_a_while(self, name: str, **what: object) -> None:
        self._set(name, **what)
        usual = Fault()
        self._later(lambda: self._set(name, **{key: getattr(usual, key) for key in what}))

    def _show(self, name: str, film: str) -> None:
        self._server(name).films[name] = self._films[film]
        self._later(lambda: self._server(name).films.update({name: self._usual(name)}), 3.0, 12.0)

    def _kill(self, name: str) -> None:
        place = self._place(name)
        killed = self._servers[place]
        killed.close()
        self._later(lambda: self._restart(place, killed), 0.1, 3.0)

    def _restart(self, place: int, killed: RtspServer) -> None:
        if self._servers[place] is not killed:
            return  # it was killed twice, and is back already
        try:
            self._servers[place] = RtspServer(killed.films, port=killed.port, faults=killed.faults)
        except OSError:  # somebody has the port just now
            self._later(lambda: self._restart(place, killed), 0.5, 1.0)
            return
        self._plays += killed.plays
