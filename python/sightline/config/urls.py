"""Sources that are URLs, and what a URL keeps to itself: credentials and queries, which never show in words or errors."""

from __future__ import annotations

import re

# One letter before the colon is a drive of Windows.
_SCHEME = re.compile(r"(?i)([a-z][a-z0-9+.-]+)://")


def masked(text: str) -> str:
    """Return the text with the secrets of its URL struck out, and rather too much than too little.

    >>> masked("rtsp://admin:pass@10.0.0.7/stream1?token=1")
    'rtsp://***@10.0.0.7/stream1?***'
    """
    scheme, mark, rest = text.partition("://")
    if not mark:
        return text
    _, at, after = rest.rpartition("@")
    place, question, query = (f"***@{after}" if at else rest).partition("?")
    return f"{scheme}://{place}{question}{'***' if query else ''}"


def scheme_of(source: str) -> str | None:
    """Return a URL's scheme in small letters; None for a file's path.

    >>> scheme_of("RTSP://10.0.0.7/stream1"), scheme_of("videos/lobby.mp4")
    ('rtsp', None)
    """
    found = _SCHEME.match(source)
    return found.group(1).lower() if found else None


def is_secret(source: str) -> bool:
    """Return whether a source has what `masked` strikes out."""
    return masked(source) != source
