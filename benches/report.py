"""Results: data as measured in benches/results, a table for people, and RESULTS.md rendered from the data."""

import json
import statistics
from dataclasses import asdict, dataclass, field
from pathlib import Path

from benches.environment import machine

HERE = Path(__file__).resolve().parent
RESULTS = HERE / "results"


@dataclass
class Result:
    """One benchmark's table."""

    name: str
    title: str
    columns: list[str]
    rows: list[list[str]]
    notes: list[str] = field(default_factory=list)
    options: str = ""
    """What was asked for besides the name."""


def spread(values: list[float], digits: int = 1) -> str:
    """The median, with the least and the greatest in brackets."""
    low, middle, high = min(values), statistics.median(values), max(values)
    return f"{middle:,.{digits}f} [{low:,.{digits}f}…{high:,.{digits}f}]"


def ratio(ours: list[float], theirs: list[float]) -> str:
    """How many times more of a rate ours has, as medians."""
    return f"{statistics.median(ours) / statistics.median(theirs):.2f}×"


def table(result: Result) -> str:
    lines = ["| " + " | ".join(result.columns) + " |", "|" + "---|" * len(result.columns)]
    lines += ["| " + " | ".join(row) + " |" for row in result.rows]
    return "\n".join(lines)


def save(result: Result, date: str) -> None:
    """Keep the data, and render RESULTS.md from all data there is."""
    RESULTS.mkdir(exist_ok=True)
    figures = asdict(result)
    command = ["python -m benches", result.name, figures.pop("options"), "--write"]
    data = {
        **figures,
        "date": date,
        "machine": machine(),
        "command": " ".join(filter(None, command)),
    }
    (RESULTS / f"{result.name}.json").write_text(json.dumps(data, indent=1, ensure_ascii=False) + "\n")
    (HERE / "RESULTS.md").write_text(render())


def render() -> str:
    parts = [
        "# Results",
        "Ours and the peers on the same input in one run; read the ratio, not the seconds: machines differ and these are shared.",
        "Rendered from `benches/results/*.json`; `python -m benches NAME --write` measures anew. Median [least…greatest] of the rounds.",
    ]
    for path in sorted(RESULTS.glob("*.json")):
        data = json.loads(path.read_text())
        where = data["machine"]
        result = Result(data["name"], data["title"], data["columns"], data["rows"], data["notes"])
        parts += [
            f"## {result.title}",
            f"`{data['command']}`, {data['date']}, {where['cpu']}, {where['cores']} cores, commit {where['commit']}.",
            table(result),
            *(f"- {note}" for note in result.notes),
        ]
    return "\n\n".join(parts).replace("\n\n- ", "\n- ") + "\n"
