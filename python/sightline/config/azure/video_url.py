"""Where a camera's video comes from: a URL, a file, or either of them encrypted."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from sightline.urls import masked, scheme_of

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from sightline.config.azure.notes import Findings

# AES's block, and the sizes of its keys, bytes (FIPS 197).
_BLOCK = 16
_KEYS = (16, 24, 32)
_LONGEST = 4096
_SCHEMES = ("rtsp", "rtsps", "http", "https")
INSTALL = "pip install 'sightline[azure]'"


def source_of(
    given: str, path: str, *, folder: Path, environment: Mapping[str, str], findings: Findings
) -> str | None:
    """Return a `VIDEO_URL` as a camera's source: a URL, or a path that does not depend on where the program runs.

    Args:
        given: What the parameter says.
        path: Where it stands, for faults; they never show a secret.
        folder: What relative paths are relative to.
        environment: Where `KEY_ENV` and `IV_ENV` are looked for.
        findings: Takes faults.
    """
    text = given
    if len(text) > _LONGEST:
        findings.fault(path, f"expected at most {_LONGEST} characters, found {len(text)}")
        return None
    if scheme_of(text) is None and not is_file(folder / text):
        cipher = _cipher(text)
        if cipher is not None:
            plain = _decrypted(cipher, path, environment, findings)
            if plain is None:
                return None
            text = plain
    if any(char in text for char in "\x00\r\n\t"):
        findings.fault(path, "expected a URL or a path, found one with control characters")
        return None
    scheme = scheme_of(text)
    if scheme is None:
        return str(folder / text)
    return _checked_url(text, scheme, path, folder=folder, findings=findings)


def is_file(path: Path) -> bool:
    """Return whether there is such a file; of names that no file can have, False."""
    try:
        return path.is_file()
    except (OSError, ValueError):
        return False


def _checked_url(text: str, scheme: str, path: str, *, folder: Path, findings: Findings) -> str | None:
    if scheme == "file":
        return str(folder / unquote(urlsplit(text).path))
    if scheme not in _SCHEMES:
        findings.fault(
            path, f"expected a URL with {', '.join(_SCHEMES)}, or a file's path, found one with {scheme[:20]}"
        )
        return None
    try:
        parts = urlsplit(text)
        host, _ = parts.hostname, parts.port
    except ValueError:
        host = None
    if not host:
        findings.fault(path, f"expected a URL such as rtsp://host:554/stream, found {masked(text)[:80]!r}")
        return None
    return text


def _cipher(text: str) -> bytes | None:
    """Return what looks like an encrypted text, or None: base64 of whole blocks."""
    cipher = _from_base64(text)
    return cipher if cipher and len(cipher) % _BLOCK == 0 else None


def _from_base64(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except ValueError:
        return b""


def _from_hex(text: str) -> bytes:
    try:
        return bytes.fromhex(text)
    except ValueError:
        return b""


def _decrypted(cipher: bytes, path: str, environment: Mapping[str, str], findings: Findings) -> str | None:
    """Decrypt AES in CBC mode with PKCS #7 padding, as .NET's `AesManaged` does by default."""
    key = _secret("KEY_ENV", _KEYS, path, environment, findings)
    vector = _secret("IV_ENV", (_BLOCK,), path, environment, findings)
    if key is None or vector is None:
        return None
    try:
        from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes  # noqa: PLC0415 - an extra
        from cryptography.hazmat.primitives.padding import PKCS7  # noqa: PLC0415 - an extra
    except ImportError:
        findings.fault(
            path, f"is encrypted, and the package that decrypts it is not installed; run: {INSTALL}"
        )
        return None
    try:
        decryptor = Cipher(algorithms.AES(key), modes.CBC(vector)).decryptor()
        padded = decryptor.update(cipher) + decryptor.finalize()
        unpadder = PKCS7(_BLOCK * 8).unpadder()
        text = (unpadder.update(padded) + unpadder.finalize()).decode("utf-8")
    except ValueError:
        text = ""
    if not text.isprintable() or not text.strip():
        findings.fault(
            path, "is encrypted, and KEY_ENV and IV_ENV do not decrypt it; check both (AES, CBC, PKCS #7)"
        )
        return None
    return text.strip()


def _secret(
    name: str, sizes: tuple[int, ...], path: str, environment: Mapping[str, str], findings: Findings
) -> bytes | None:
    """Return a key from the environment, base64 or hexadecimal; faults never show it."""
    text = environment.get(name, "").strip()
    wanted = " or ".join(str(size) for size in sizes)
    if not text:
        findings.fault(
            path,
            f"expected a URL or a file's path, found what looks encrypted; set {name} to {wanted} bytes in base64 or "
            "hexadecimal, in the environment or the module's env",
        )
        return None
    for secret in (_from_hex(text), _from_base64(text)):
        if len(secret) in sizes:
            return secret
    findings.fault(path, f"is encrypted, and {name} is not {wanted} bytes in base64 or hexadecimal")
    return None
