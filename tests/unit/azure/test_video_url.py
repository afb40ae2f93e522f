"""Where the video comes from, plain or encrypted; no secret shows in anything that is said."""

import base64
import json
import sys
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.padding import PKCS7

from sightline.config.azure.notes import Findings
from sightline.config.azure.video_url import source_of

URL = "rtsp://viewer:s3cret@10.0.0.7:554/main?key=s3cret"
KEY, VECTOR = bytes(range(32)), bytes(range(100, 116))


def encrypted(text: str, key: bytes = KEY) -> str:
    padder = PKCS7(128).padder()
    encryptor = Cipher(algorithms.AES(key), modes.CBC(VECTOR)).encryptor()
    padded = padder.update(text.encode()) + padder.finalize()
    return base64.b64encode(encryptor.update(padded) + encryptor.finalize()).decode()


def read(given, folder=Path("/manifests"), **environment):
    findings = Findings()
    source = source_of(given, "VIDEO_URL", folder=folder, environment=environment, findings=findings)
    assert "s3cret" not in str(findings.faults)
    assert (source is None) == bool(findings.faults)
    return source if source is not None else findings.faults[0].message


@pytest.mark.parametrize(
    ("given", "source"),
    [
        (URL, URL),
        ("RTSPS://h/s", "RTSPS://h/s"),
        ("https://h:8443/a.mp4", "https://h:8443/a.mp4"),
        ("videos/a.mp4", "/manifests/videos/a.mp4"),
        ("/data/a.mp4", "/data/a.mp4"),
        ("file:///data/a%20b.mp4", "/data/a b.mp4"),
        ("abcd", "/manifests/abcd"),
    ],
)
def test_plain(given, source):
    assert read(given) == source


@pytest.mark.parametrize(
    ("given", "complaint"),
    [
        (
            "ftp://u:s3cret@h/a.mp4",
            "expected a URL with rtsp, rtsps, http, https, or a file's path, found one with ftp",
        ),
        ("rtsp://", "expected a URL such as rtsp://host:554/stream, found 'rtsp://'"),
        ("rtsp://u:s3cret@", "expected a URL such as rtsp://host:554/stream, found 'rtsp://***@'"),
        (
            "rtsp://u:s3 c'r@et:s3cret@h:port/",
            "expected a URL such as rtsp://host:554/stream, found 'rtsp://***@h:port/'",
        ),
        ("http://[h?s3cret", "expected a URL such as rtsp://host:554/stream, found 'http://[h?***'"),
        ("a\nb.mp4", "expected a URL or a path, found one with control characters"),
        ("a" * 5000, "expected at most 4096 characters, found 5000"),
    ],
)
def test_refused(given, complaint):
    assert read(given) == complaint


@pytest.mark.parametrize("key", [bytes(range(16)), bytes(range(24)), KEY])
@pytest.mark.parametrize("write", [bytes.hex, lambda secret: base64.b64encode(secret).decode()])
def test_encrypted(key, write):
    assert read(encrypted(URL, key), KEY_ENV=write(key), IV_ENV=write(VECTOR)) == URL
    assert read(encrypted("a.mp4", key), KEY_ENV=write(key), IV_ENV=write(VECTOR)) == "/manifests/a.mp4"


def test_encrypted_and_the_keys_are_at_fault():
    secrets = {"KEY_ENV": KEY.hex(), "IV_ENV": VECTOR.hex()}
    assert "set KEY_ENV to 16 or 24 or 32 bytes" in read(encrypted(URL))
    assert "set IV_ENV to 16 bytes" in read(encrypted(URL), KEY_ENV=KEY.hex())
    assert "KEY_ENV is not 16 or 24 or 32 bytes" in read(encrypted(URL), **{**secrets, "KEY_ENV": "s3cret"})
    assert "IV_ENV is not 16 bytes" in read(encrypted(URL), **{**secrets, "IV_ENV": "00"})
    assert "do not decrypt it" in read(encrypted(URL), **{**secrets, "KEY_ENV": VECTOR.hex()})


def test_what_is_decrypted_is_checked_as_if_it_stood_there():
    secrets = {"KEY_ENV": KEY.hex(), "IV_ENV": VECTOR.hex()}
    assert "found one with ftp" in read(encrypted("ftp://u:s3cret@h/"), **secrets)


def test_a_file_that_is_named_like_base64_is_a_file(tmp_path):
    (tmp_path / "AAAAAAAAAAAAAAAAAAAAAA==").write_bytes(b"")
    assert read("AAAAAAAAAAAAAAAAAAAAAA==", folder=tmp_path) == str(tmp_path / "AAAAAAAAAAAAAAAAAAAAAA==")


def test_without_the_package_the_fault_says_what_to_install(monkeypatch):
    for name in [name for name in sys.modules if name.startswith("cryptography")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "cryptography", None)
    said = read(encrypted(URL), KEY_ENV=KEY.hex(), IV_ENV=VECTOR.hex())
    assert "pip install 'sightline[azure]'" in said


def test_keys_in_the_modules_environment_and_no_secret_in_what_is_said(sightline, tmp_path):
    zone = {"name": "hall", "polygon": [[0, 0], [1, 0], [1, 1]], "events": [{"type": "count"}]}
    graph = {
        "operationId": "cognitiveservices.vision.spatialanalysis-personcount",
        "parameters": {
            "VIDEO_URL": encrypted(URL),
            "VIDEO_SOURCE_ID": "hall",
            "VIDEO_IS_LIVE": True,
            "SPACEANALYTICS_CONFIG": json.dumps({"zones": [zone]}),
        },
    }
    env = {"KEY_ENV": {"value": KEY.hex()}, "IV_ENV": {"value": VECTOR.hex()}}
    manifest = {
        "modulesContent": {
            "$edgeAgent": {"properties.desired": {"modules": {"spatialanalysis": {"env": env}}}},
            "spatialanalysis": {"properties.desired": {"graphs": {"shop": graph}}},
        }
    }
    (tmp_path / "manifest.json").write_text(json.dumps(manifest))
    for arguments in (
        ("migrate", "manifest.json", "--output", "shop.toml"),
        ("migrate", "manifest.json", "--json"),
    ):
        result = sightline(*arguments)
        assert result.returncode == 0, result.stderr
        assert "s3cret" not in result.stdout + result.stderr
        assert KEY.hex() not in result.stdout + result.stderr
        assert "rtsp://***@10.0.0.7:554/main?***" in result.stdout + result.stderr
    assert URL in (tmp_path / "shop.toml").read_text()
