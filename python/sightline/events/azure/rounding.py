"""How messages round and write numbers: shares and radians to six decimals, feet and feet a second to three."""

from __future__ import annotations

SHARE = 6
"""Decimals of shares of the picture, confidences and radians."""

FEET = 3
"""Decimals of feet, feet a second and pixels."""


def text(value: float | None, decimals: int, *, unknown: str) -> str:
    """Return a number as messages write it in strings: at least one decimal, no more than given, never an exponent.

    >>> [text(value, 3, unknown="inf") for value in (2.0, -0.00001, 1.23456, None)]
    ['2.0', '0.0', '1.235', 'inf']
    """
    if value is None:
        return unknown
    digits = f"{value:.{decimals}f}".rstrip("0")
    digits += "0" if digits.endswith(".") else ""
    return "0.0" if digits == "-0.0" else digits


def number(value: float, decimals: int) -> float:
    """Return a number as messages write it outside of strings; zero has no sign.

    >>> number(-0.0001, 3), number(1.23456, 3)
    (0.0, 1.235)
    """
    return round(value, decimals) + 0.0
