"""One file fetched over HTTPS: streamed beside its target, checked, and moved into place in one step.

A transfer that breaks off is taken up where it stopped, a few times, where the server can do that; otherwise it starts again.
"""

from __future__ import annotations

import contextlib
import hashlib
import http.client
import tempfile
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable
from http import HTTPStatus
from pathlib import Path
from typing import IO, Final, NamedTuple

from sightline.errors import ModelError

Progress = Callable[[int, int], None]
"""Called with the bytes so far and the bytes in all."""

_ATTEMPTS: Final = 3
_TIMEOUT_S: Final = 30.0
_BLOCK: Final = 1 << 16
_LOOPBACK: Final = frozenset({"localhost", "127.0.0.1", "::1"})


class Download(NamedTuple):
    """What to fetch and how to know that it is right."""

    url: str
    sha256: str
    """64 lower-case hex digits."""
    size_bytes: int


def fetch(download: Download, target: Path, *, progress: Progress | None = None) -> None:
    """Fetch a file to `target`, replacing what is there; on any failure nothing changes there.

    Raises:
        ModelError: The address is not HTTPS, cannot be reached or refuses, breaks off again and again, or gives another file.
    """
    _check_address(download.url)
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        # Beside the target: a rename within one file system is one step, so nobody ever sees half a model.
        with tempfile.NamedTemporaryFile(dir=target.parent, prefix=f".{target.name}.", delete=False) as part:
            try:
                _fill(part, download, progress)
                _check_hash(part, download)
                part.flush()
                Path(part.name).replace(target)
            except BaseException:
                Path(part.name).unlink(missing_ok=True)
                raise
    except OSError as error:
        raise ModelError(f"cannot write {target}: {error.strerror or error}") from error


def _fill(part: IO[bytes], download: Download, progress: Progress | None) -> None:
    reason = ""
    for _ in range(_ATTEMPTS):
        try:
            _transfer(part, download, progress)
        except (http.client.HTTPException, TimeoutError, ConnectionError) as error:
            reason = str(error) or type(error).__name__
        if part.tell() == download.size_bytes:
            return
        reason = reason or "the connection was closed"
    raise ModelError(
        f"the transfer from {download.url} broke off {_ATTEMPTS} times, "
        f"at last after {part.tell():,} of {download.size_bytes:,} bytes: {reason}"
    )


def _transfer(part: IO[bytes], download: Download, progress: Progress | None) -> None:
    """Append to `part` what it lacks, as far as the connection lasts."""
    have = part.tell()
    headers = {"User-Agent": "sightline", "Accept-Encoding": "identity"}
    if have:
        headers["Range"] = f"bytes={have}-"
    request = urllib.request.Request(download.url, headers=headers)  # noqa: S310 - _check_address saw the scheme
    with _opened(request) as response:
        if have and response.status != HTTPStatus.PARTIAL_CONTENT:
            part.seek(0)
            part.truncate()
        while block := response.read(_BLOCK):
            part.write(block)
            if part.tell() > download.size_bytes:
                raise ModelError(
                    f"{download.url} is longer than the {download.size_bytes:,} bytes expected: not the pinned file"
                )
            if progress is not None:
                progress(part.tell(), download.size_bytes)


def _opened(request: urllib.request.Request) -> contextlib.closing[http.client.HTTPResponse]:
    opener = urllib.request.build_opener(_HttpsRedirects)
    try:
        return contextlib.closing(opener.open(request, timeout=_TIMEOUT_S))
    except urllib.error.HTTPError as error:
        with error:
            raise ModelError(
                f"{request.full_url}: the server answered {error.code} {error.reason}"
            ) from error
    except urllib.error.URLError as error:
        raise ModelError(f"{request.full_url}: cannot be reached: {error.reason}") from error


def _check_hash(part: IO[bytes], download: Download) -> None:
    part.seek(0)
    found = hashlib.sha256()
    while block := part.read(_BLOCK):
        found.update(block)
    if found.hexdigest() != download.sha256:
        raise ModelError(
            f"{download.url}: expected SHA-256 {download.sha256}, found {found.hexdigest()}: not the pinned file; it was removed"
        )


def _check_address(url: str) -> None:
    parts = urllib.parse.urlsplit(url)
    if parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in _LOOPBACK):
        return
    raise ModelError(f"{url}: expected an https:// address (http:// is for this machine itself only)")


class _HttpsRedirects(urllib.request.HTTPRedirectHandler):
    """Follows redirects, but never out of HTTPS."""

    def redirect_request(  # noqa: PLR0917 - urllib calls it with these
        self,
        req: urllib.request.Request,
        fp: IO[bytes],
        code: int,
        msg: str,
        headers: http.client.HTTPMessage,
        newurl: str,
    ) -> urllib.request.Request | None:
        """Return the request for the new address, once it was checked."""
        try:
            _check_address(newurl)
        except ModelError:
            fp.close()
            raise
        return super().redirect_request(req, fp, code, msg, headers, newurl)
