"""What a URL keeps to itself: credentials and queries, which never show in words, errors or representations."""

from __future__ import annotations

import re

_CREDENTIALS = re.compile(r"(?i)([a-z][a-z0-9+.-]*://)[^\s\"']*@")
_QUERY = re.compile(r"(?i)([a-z][a-z0-9+.-]*://[^\s\"'?]*\?)[^\s\"']+")


def masked(text: str) -> str:
    """Return the text with the secrets of its URLs struck out.

    >>> masked("rtsp://admin:pass@10.0.0.7/stream1?token=1")
    'rtsp://***@10.0.0.7/stream1?***'
    """
    return _QUERY.sub(r"\1***", _CREDENTIALS.sub(r"\1***@", text))
