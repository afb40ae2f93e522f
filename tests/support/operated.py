"""A run as a process that listens, and how to ask it."""

import http.client
import os
import re
import signal
import subprocess
import sys
import threading
import time

from prometheus_client.parser import text_string_to_metric_families


class Operated:
    """`sightline ARGUMENTS --listen 127.0.0.1:0` in a folder.

    Attributes:
        port: Where it listens.
        lines: What it has said on stderr.
    """

    def __init__(self, folder, *arguments, listen="127.0.0.1:0", stdout=subprocess.DEVNULL, **environment):
        command = [sys.executable, "-m", "sightline", *map(str, arguments), "--listen", listen]
        variables = {
            **os.environ,
            "NO_COLOR": "1",
            "COLUMNS": "200",
            "SIGHTLINE_STATE_DIR": str(folder / "state"),
        }
        self.process = subprocess.Popen(
            command,
            cwd=folder,
            env=variables | environment,
            stdout=stdout,
            stderr=subprocess.PIPE,
            text=True,
        )
        self.lines = []
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()
        wait_for(lambda: self._found_port() or self.process.poll() is not None)
        self.port = self._found_port()
        assert self.port, self.lines

    def _read(self):
        self.lines.extend(line.rstrip("\n") for line in self.process.stderr)

    def _found_port(self):
        found = re.search(r"status: http://[\d.]+:(\d+)/", "\n".join(self.lines))
        return found and int(found.group(1))

    def get(self, path, **headers):
        """Ask; return the status and the text."""
        return ask(self.port, path, **headers)

    def samples(self):
        """Scrape; return values by name and labels."""
        status, text = self.get("/metrics")
        assert status == 200
        return {
            (sample.name, *(value for _, value in sorted(sample.labels.items()))): sample.value
            for family in text_string_to_metric_families(text)
            for sample in family.samples
        }

    def wait_until(self, path, status, timeout_s=30):
        """Ask until it answers so; return the text."""
        wait_for(lambda: self.get(path)[0] == status, timeout_s)
        return self.get(path)[1]

    def stop(self):
        """End it as systemd does; return what it said."""
        self.process.send_signal(signal.SIGTERM)
        code = self.process.wait(60)
        self._reader.join(10)
        words = "\n".join(self.lines)
        assert code == 130, words
        assert "Traceback" not in words
        return words

    def kill(self):
        """End whatever is left of it."""
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait(30)
        self._reader.join(10)
        for stream in (self.process.stdout, self.process.stderr):
            if stream is not None:
                stream.close()


def ask(port, path, **headers):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    try:
        connection.request("GET", path, headers=headers)
        response = connection.getresponse()
        return response.status, response.read().decode()
    finally:
        connection.close()


def wait_for(holds, timeout_s=30):
    until = time.monotonic() + timeout_s
    while not holds():
        assert time.monotonic() < until, "waited in vain"
        time.sleep(0.05)
