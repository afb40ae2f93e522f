"""Where two runs part: the first difference of two files of events, or of two recordings of detections.

Both files are read once, side by side; of neither is more in memory than a few lines or a block.
"""

from pathlib import Path

from sightline.differences.comparison import Comparison, Difference, Item, compare
from sightline.differences.event_lines import EventLines
from sightline.differences.recorded import RecordedItems, notes_of
from sightline.errors import RecordingError
from sightline.recording import MAGIC, open_recording

__all__ = ["Comparison", "Difference", "Item", "compare_files"]


def compare_files(a: Path, b: Path) -> Comparison:
    """Compare two files of events as JSON lines, or two recordings of detections.

    Raises:
        RecordingError: When one is a recording and the other is not, or one cannot be read.
    """
    kinds = [_is_recording(path) for path in (a, b)]
    if kinds[0] != kinds[1]:
        words = ["a recording of detections" if each else "events" for each in kinds]
        raise RecordingError(f"expected two files of one kind, found {words[0]} in {a} and {words[1]} in {b}")
    if not kinds[0]:
        return compare("events", EventLines(a), EventLines(b))
    first, second = open_recording(a), open_recording(b)
    compared = compare("entries", RecordedItems(first), RecordedItems(second))
    compared.notes.extend(notes_of(first, second))
    return compared


def _is_recording(path: Path) -> bool:
    try:
        with path.open("rb") as file:
            return file.read(len(MAGIC)) == MAGIC
    except OSError as error:
        raise RecordingError(f"{path}: cannot be read: {error.strerror}") from error
