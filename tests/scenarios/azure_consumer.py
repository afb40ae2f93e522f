"""A consumer of Spatial Analysis, as somebody would write it from the documentation alone: it knows nothing of Sightline.

    python azure_consumer.py < messages.jsonl

reads one message a line and prints, for each hour and each zone or line, what happened there, as JSON.
"""

import json
import sys
from collections import defaultdict


def blank():
    return {
        "counts": [],
        "crossings": {"CrossLeft": 0, "CrossRight": 0},
        "entries": 0,
        "exits": 0,
        "dwells_ms": [],
        "violations": {"TooClose": 0, "TooFar": 0},
        "worst_violation": 0,
    }


def take(cell, event):
    """Add one event to its hour and zone."""
    said = event["properties"]
    match event["type"]:
        case "personCountEvent":
            cell["counts"].append(said["personCount"])
        case "personLineEvent":
            cell["crossings"][said["status"]] += 1
        case "personZoneEnterExitEvent":
            cell["entries" if said["status"] == "Enter" else "exits"] += 1
        case "personZoneDwellTimeEvent":
            cell["dwells_ms"].append(said["dwellTime"])
        case "personDistanceEvent":
            people = said["distanceViolationPersonCount"]
            if people and said["eventName"] != "unknown":
                cell["violations"][said["eventName"]] += 1
                cell["worst_violation"] = max(cell["worst_violation"], people)


def mean(values):
    return sum(values) / len(values) if values else None


def summary(lines):
    """Return what happened by hour and zone."""
    cells = defaultdict(blank)
    for line in lines:
        message = json.loads(line)
        if message.get("type") == "cameraCalibrationEvent":
            continue
        hour = message["sourceInfo"]["timestamp"][:13]
        people = {detection["id"]: detection for detection in message["detections"]}
        for event in message["events"]:
            for detection_id in event["detectionIds"]:
                corner, other = people[detection_id]["region"]["points"]
                assert 0 <= corner["x"] <= other["x"] <= 1
                if people[detection_id]["type"] == "person":
                    float(people[detection_id]["metadata"]["centerGroundPointX"])
            take(cells[hour, event["zone"]], event)
    return {
        f"{hour} {zone}": {
            "count_max": max(cell["counts"], default=None),
            "count_mean": mean(cell["counts"]),
            "crossings": cell["crossings"],
            "entries": cell["entries"],
            "exits": cell["exits"],
            "dwell_mean_ms": mean(cell["dwells_ms"]),
            "violations": cell["violations"],
            "worst_violation": cell["worst_violation"],
        }
        for (hour, zone), cell in sorted(cells.items())
    }


if __name__ == "__main__":
    json.dump(summary(sys.stdin), sys.stdout, indent=2)
