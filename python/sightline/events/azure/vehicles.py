"""What messages call a vehicle: the labels of Microsoft's vehicle analysis, from a detector's class names."""

from __future__ import annotations

TYPE_LABELS = (
    "Bicycle",
    "Bus",
    "Car",
    "Motorcycle",
    "Pickup_Truck",
    "SUV",
    "Truck",
    "Van/Minivan",
    "type_other",
)
"""Every label of the task `VehicleType`, in Microsoft's order."""

_LABELS = {
    "bicycle": "Bicycle",
    "bike": "Bicycle",
    "bus": "Bus",
    "car": "Car",
    "motorcycle": "Motorcycle",
    "motorbike": "Motorcycle",
    "pickup": "Pickup_Truck",
    "pickup truck": "Pickup_Truck",
    "suv": "SUV",
    "truck": "Truck",
    "van": "Van/Minivan",
    "minivan": "Van/Minivan",
}


def type_label(object_class: str) -> str:
    """Return the label of a detector's class, whatever its case.

    >>> type_label("pickup_truck"), type_label("boat")
    ('Pickup_Truck', 'type_other')
    """
    return _LABELS.get(object_class.casefold().replace("_", " "), "type_other")
