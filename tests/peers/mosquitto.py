"""A mosquitto broker of a test's own: its own configuration, folder and port, stopped at the end."""

import shutil
import signal
import socket
import subprocess
import time
from pathlib import Path

PROGRAM = shutil.which("mosquitto", path="/usr/sbin:/usr/local/sbin:/usr/bin:/usr/local/bin")


def free_port(host="127.0.0.1"):
    with socket.socket() as probe:
        probe.bind((host, 0))
        return probe.getsockname()[1]


class Mosquitto:
    """The broker.

    Args:
        folder: For its configuration and its log.
        tls: CA, certificate and key, for TLS; a plain listener without.
        lines: More lines for its configuration.
        passwords: Users and passwords; everybody may come in without.
    """

    def __init__(self, folder: Path, tls=None, lines=(), passwords=None):
        assert PROGRAM, "mosquitto is not installed: apt-get install mosquitto"
        self.port = free_port()
        self._folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        text = [
            "per_listener_settings false",
            "set_tcp_nodelay true",
            f"persistence_location {folder}/",
            f"log_dest file {folder}/log",
            "log_type all",
            "user root",
            "max_inflight_messages 0",
            "max_queued_messages 0",
            f"listener {self.port} 127.0.0.1",
        ]
        if tls:
            ca, certificate, key = tls
            text += [f"cafile {ca}", f"certfile {certificate}", f"keyfile {key}", "tls_version tlsv1.2"]
        if passwords:
            file = folder / "passwords"
            file.touch(mode=0o600)
            for name, password in passwords.items():
                subprocess.run(["mosquitto_passwd", "-b", str(file), name, password], check=True)
            text.append(f"password_file {file}")
        text.append(f"allow_anonymous {'false' if passwords else 'true'}")
        (folder / "mosquitto.conf").write_text("\n".join([*text, *lines, ""]))
        self._process = None

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_):
        self.stop()

    def start(self):
        self._process = subprocess.Popen([PROGRAM, "-c", str(self._folder / "mosquitto.conf")])
        until = time.monotonic() + 10
        while time.monotonic() < until:
            assert self._process.poll() is None, self.log()
            try:
                socket.create_connection(("127.0.0.1", self.port), 1).close()
            except OSError:
                time.sleep(0.01)
            else:
                return
        raise AssertionError(self.log())

    def stop(self):
        if self._process is not None:
            self._process.terminate()
            self._process.wait(10)
            self._process = None

    def save(self):
        """Let it write its subscriptions to its file, so that they outlive a crash."""
        file = self._folder / "mosquitto.db"
        self._process.send_signal(signal.SIGUSR1)
        until = time.monotonic() + 10
        while not file.exists():
            assert time.monotonic() < until, self.log()
            time.sleep(0.01)

    def kill(self):
        """End it as a crash does, but for one thing: what it wrote to its subscribers before reaches them.

        A socket that is closed with something unread in it is reset, and a reset throws away what the other side has not read
        yet. That would be a loss between broker and subscriber, of events that it has acknowledged to us.
        """
        self._process.send_signal(signal.SIGSTOP)
        time.sleep(0.3)
        self._process.kill()
        self._process.wait(10)
        self._process = None

    def log(self):
        file = self._folder / "log"
        return file.read_text(errors="replace") if file.exists() else ""
