"""Sources that are URLs, and what a URL keeps to itself: credentials and queries, which never show in words or errors."""

from __future__ import annotations

import os
import re

# One letter before the colon is a drive of Windows.
_SCHEME = re.compile(r"(?i)([a-z][a-z0-9+.-]+)://")
_PORT = re.compile(r":\d*$")
_UNUSUAL = re.compile(r"[^A-Za-z0-9._-]+")
LIVE_SCHEMES = ("rtsp", "rtsps", "http", "https", "rtmp")


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


def name_of(source: str) -> str:
    """Return what a camera is called that has no name of its own: a file's name, or host and path without what may be a secret.

    >>> name_of("videos/lobby.mp4"), name_of("rtsp://u:p@10.0.0.7:554/stream1?token=1")
    ('lobby', '10.0.0.7-stream1')
    """
    if scheme_of(source) is None:
        return os.path.splitext(os.path.basename(source))[0]  # noqa: PTH119, PTH122 - not every source is a path
    place = masked(source).partition("://")[2].partition("?")[0].rpartition("@")[2]
    host, _, path = place.partition("/")
    host = _PORT.sub("", host)
    return _UNUSUAL.sub("-", f"{host}/{path}").strip("-")[:100] or "camera"


def is_live(source: str) -> bool:
    """Return whether a source is the address of a camera.

    >>> is_live("rtsp://10.0.0.7/stream1"), is_live("file:///srv/lobby.mp4")
    (True, False)
    """
    return scheme_of(source) in LIVE_SCHEMES
