"""Colors that people tell apart, also those who see fewer of them."""

from __future__ import annotations

Rgb = tuple[int, int, int]

# Okabe and Ito, "Color Universal Design" (2008), without black; the order keeps neighbors far apart.
_IDENTITIES: tuple[Rgb, ...] = (
    (0, 114, 178),
    (230, 159, 0),
    (0, 158, 115),
    (204, 121, 167),
    (86, 180, 233),
    (213, 94, 0),
    (240, 228, 66),
)
LINE: Rgb = (213, 94, 0)
ZONE: Rgb = (0, 114, 178)
INK: Rgb = (22, 26, 32)
PAPER: Rgb = (255, 255, 255)

# Weights of ITU-R BT.709 luma.
_LUMA = (0.2126, 0.7152, 0.0722)
_BRIGHT = 140.0


def color_of(track_id: int) -> Rgb:
    """Return the color of an identity, the same in every frame and run."""
    return _IDENTITIES[track_id % len(_IDENTITIES)]


def ink_on(color: Rgb) -> Rgb:
    """Return the text color that is readable on a background."""
    luma = sum(weight * channel for weight, channel in zip(_LUMA, color, strict=True))
    return INK if luma > _BRIGHT else PAPER
