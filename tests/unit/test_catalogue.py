"""Models get onto the machine whole and with the right hash, or not at all; a real server on this machine plays the internet."""

import hashlib
import http.server
import threading
import urllib.parse

import pytest

from sightline.detectors import catalogue, open_detector
from sightline.errors import ModelError

CONTENT = bytes(range(256)) * 1000
HASH = hashlib.sha256(CONTENT).hexdigest()


class Server:
    """Serves one file, as badly as it is told to."""

    def __init__(self) -> None:
        self.content = CONTENT
        self.cuts: list[int] = []  # each request breaks off after the next of these many bytes
        self.ranges = True
        self.status = 200
        self.redirect: str | None = None
        self.asked: list[str | None] = []  # the Range of each request
        self.paths: list[str] = []
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                outer.answer(self)

            def log_message(self, *_):
                pass

        self.http = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.http.server_port}"
        self.thread = threading.Thread(target=self.http.serve_forever, kwargs={"poll_interval": 0.01})
        self.thread.start()

    def answer(self, request) -> None:
        wanted = request.headers.get("Range")
        self.asked.append(wanted)
        self.paths.append(request.path)
        if self.redirect is not None:
            request.send_response(302)
            request.send_header("Location", self.redirect)
            request.end_headers()
            return
        if self.status != 200:
            request.send_error(self.status)
            return
        start = int(wanted.removeprefix("bytes=").removesuffix("-")) if wanted and self.ranges else 0
        body = self.content[start:]
        request.send_response(206 if start else 200)
        request.send_header("Content-Length", str(len(body)))
        request.end_headers()
        request.wfile.write(body[: self.cuts.pop(0)] if self.cuts else body)

    def stop(self) -> None:
        self.http.shutdown()
        self.thread.join()
        self.http.server_close()


@pytest.fixture
def server():
    server = Server()
    yield server
    server.stop()


@pytest.fixture
def entry(monkeypatch, server):
    for name in ("http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
    entry = catalogue.Entry(
        name="toy",
        file="toy.onnx",
        summary="a toy",
        url="https://example.invalid/pinned/toy.onnx",
        sha256=HASH,
        size_bytes=len(CONTENT),
        license="MIT",
        source="https://example.invalid",
    )
    monkeypatch.setattr(catalogue, "entries", lambda: (entry,))
    monkeypatch.setenv("SIGHTLINE_MODEL_MIRROR", server.url + "/mirror/")
    return entry


@pytest.fixture
def folder(tmp_path, monkeypatch, entry):
    folder = tmp_path / "cache" / "models"
    monkeypatch.setenv("SIGHTLINE_MODEL_DIR", str(folder))
    return folder


def failure(folder) -> str:
    with pytest.raises(ModelError) as raised:
        catalogue.pull("toy")
    assert not folder.exists() or list(folder.iterdir()) == []
    said = str(raised.value)
    # Whatever went wrong, a machine without network is told what to put where.
    for expected in ("https://example.invalid/pinned/toy.onnx", str(folder / "toy.onnx"), HASH):
        assert expected in said
    return said


def test_pull_verifies_and_caches(server, folder, entry):
    seen = []
    path = catalogue.pull("toy", progress=lambda *at: seen.append(at))
    assert path == folder / "toy.onnx"
    assert path.read_bytes() == CONTENT
    assert list(folder.iterdir()) == [path]
    assert seen[-1] == (len(CONTENT), len(CONTENT))
    assert seen == sorted(seen)
    assert server.paths == ["/mirror/toy.onnx"]
    assert catalogue.is_cached(entry)
    catalogue.pull("toy")
    assert len(server.paths) == 1


def test_another_folder(tmp_path, folder):
    path = catalogue.pull("toy", cache_dir=tmp_path / "other")
    assert path == tmp_path / "other" / "toy.onnx"
    assert not folder.exists()


def test_a_damaged_file_in_the_cache_is_replaced(server, folder, entry):
    folder.mkdir(parents=True)
    (folder / "toy.onnx").write_bytes(CONTENT[:-1] + b"x")
    assert not catalogue.is_cached(entry)
    assert catalogue.pull("toy").read_bytes() == CONTENT


def test_a_wrong_hash_leaves_nothing(server, folder):
    server.content = CONTENT[:-1] + b"x"
    said = failure(folder)
    assert f"expected SHA-256 {HASH}" in said
    assert f"found {hashlib.sha256(server.content).hexdigest()}" in said


def test_a_wrong_hash_does_not_touch_what_was_there(server, folder):
    folder.mkdir(parents=True)
    (folder / "toy.onnx").write_bytes(b"older")
    server.content = CONTENT[:-1] + b"x"
    with pytest.raises(ModelError, match="expected SHA-256"):
        catalogue.pull("toy")
    assert [path.read_bytes() for path in folder.iterdir()] == [b"older"]


def test_a_cut_transfer_goes_on_where_it_stopped(server, folder):
    server.cuts = [100_000, 100_000]
    assert catalogue.pull("toy").read_bytes() == CONTENT
    assert server.asked == [None, "bytes=100000-", "bytes=200000-"]


def test_a_cut_transfer_starts_again_where_the_server_knows_no_ranges(server, folder):
    server.cuts, server.ranges = [100_000], False
    assert catalogue.pull("toy").read_bytes() == CONTENT
    assert server.asked == [None, "bytes=100000-"]


def test_a_transfer_that_keeps_breaking_off_is_given_up(server, folder):
    server.cuts = [1000, 1000, 1000]
    assert "broke off 3 times, at last after 3,000 of 256,000 bytes" in failure(folder)


def test_a_file_that_is_too_long_is_given_up_early(server, folder):
    server.content = CONTENT * 3
    assert "longer than the 256,000 bytes expected" in failure(folder)


def test_a_file_that_is_too_short_is_given_up(server, folder):
    server.content = CONTENT[:1000]
    server.ranges = False
    assert "1,000 of 256,000 bytes" in failure(folder)


def test_not_found(server, folder):
    server.status = 404
    assert "the server answered 404 Not Found" in failure(folder)


def test_a_refused_connection(server, folder, monkeypatch):
    monkeypatch.setenv("SIGHTLINE_MODEL_MIRROR", "http://127.0.0.1:1")
    assert "cannot be reached" in failure(folder)


@pytest.mark.parametrize(
    "mirror",
    ["http://example.invalid/models", "ftp://127.0.0.1/models", "file:///models"],
    ids=["http", "ftp", "file"],
)
def test_only_https_leaves_this_machine(folder, monkeypatch, mirror):
    monkeypatch.setenv("SIGHTLINE_MODEL_MIRROR", mirror)
    assert "expected an https:// address" in failure(folder)


def test_a_redirect_out_of_https_is_not_followed(server, folder):
    server.redirect = "http://example.invalid/toy.onnx"
    assert "http://example.invalid/toy.onnx: expected an https:// address" in failure(folder)


def test_a_redirect_on_this_machine_is_followed(server, folder):
    other = Server()
    try:
        server.redirect = urllib.parse.urljoin(other.url, "/moved.onnx")
        assert catalogue.pull("toy").read_bytes() == CONTENT
        assert other.paths == ["/moved.onnx"]
    finally:
        other.stop()


def test_a_folder_that_cannot_be_made(tmp_path, folder):
    (tmp_path / "file").write_text("")
    with pytest.raises(ModelError, match="cannot write"):
        catalogue.pull("toy", cache_dir=tmp_path / "file" / "models")


def test_an_interrupted_pull_leaves_nothing(server, folder):
    def stop(*_):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        catalogue.pull("toy", progress=stop)
    assert list(folder.iterdir()) == []


def test_the_cache_is_where_the_user_keeps_caches(monkeypatch, tmp_path):
    monkeypatch.delenv("SIGHTLINE_MODEL_DIR", raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert catalogue.model_dir() == tmp_path / "sightline" / "models"
    monkeypatch.delenv("XDG_CACHE_HOME")
    monkeypatch.setenv("HOME", str(tmp_path))
    assert catalogue.model_dir() == tmp_path / ".cache" / "sightline" / "models"


def test_every_entry_is_pinned():
    entries = catalogue.entries()
    assert len(entries) >= 3
    assert len({entry.name for entry in entries}) == len({entry.file for entry in entries}) == len(entries)
    for entry in entries:
        assert entry.url.startswith("https://")
        assert not any(f"/{branch}/" in entry.url for branch in ("main", "master", "latest"))
        assert len(entry.sha256) == 64
        assert set(entry.sha256) <= set("0123456789abcdef")
        assert entry.size_bytes > 0
        assert entry.license in {"Apache-2.0", "BSD-3-Clause", "MIT"}


def test_entries_agree_with_the_real_files(fixtures):
    hashes = {
        hashlib.sha256(path.read_bytes()).hexdigest(): path for path in (fixtures / "models").glob("*.onnx")
    }
    known = [entry for entry in catalogue.entries() if entry.sha256 in hashes]
    assert {entry.name for entry in known} == {"fastestdet", "ultraface-rfb-320"}
    assert all(entry.size_bytes == hashes[entry.sha256].stat().st_size for entry in known)


class TestOpening:
    def test_an_unknown_name(self):
        with pytest.raises(ModelError, match="neither a file nor a model of the catalogue") as raised:
            open_detector("yolo99")
        assert "yolox-nano" in str(raised.value)
        assert "motion" in str(raised.value)

    def test_a_name_that_was_not_pulled(self, monkeypatch, tmp_path):
        monkeypatch.setenv("SIGHTLINE_MODEL_DIR", str(tmp_path))
        with pytest.raises(ModelError, match="sightline model pull yolox-nano"):
            open_detector("yolox-nano")

    def test_a_missing_file(self):
        with pytest.raises(ModelError, match=r"nowhere\.onnx: no such model file"):
            open_detector("nowhere.onnx")

    def test_a_pulled_file_that_was_changed(self, monkeypatch, tmp_path):
        monkeypatch.setenv("SIGHTLINE_MODEL_DIR", str(tmp_path))
        (tmp_path / "yolox_nano.onnx").write_bytes(b"something else")
        with pytest.raises(ModelError, match="expected SHA-256 c789161e"):
            open_detector("yolox-nano")

    def test_a_similar_name(self):
        with pytest.raises(ModelError, match="Did you mean yolox-nano"):
            catalogue.find_entry("yolox_nano")
