"""A Kafka cluster of a test's own, in a process of its own: librdkafka's, which speaks the real protocol and keeps its log in memory.

librdkafka carries it for its own tests (`rdkafka_mock.h`). It does not look at sequence numbers: what a producer repeats it
keeps twice, where Kafka drops it. Its brokers listen on ports that nobody can choose, so each has a door at a port that stays
the same when the process is killed and another is started; the door can have TLS.
"""

import asyncio
import contextlib
import ctypes
import hashlib
import json
import ssl
import subprocess
import sys
from pathlib import Path

from tests.peers.mosquitto import free_port

# Numbers of the protocol (https://kafka.apache.org/protocol#protocol_api_keys, …#protocol_error_codes).
PRODUCE = 0
INIT_PRODUCER_ID = 22
MESSAGE_TOO_LARGE = 10
NOT_LEADER = 6
UNKNOWN_TOPIC = 3
TOPIC_AUTHORIZATION_FAILED = 29
_ROOT = Path(__file__).resolve().parents[2]


class Kafka:
    """The cluster; it is empty each time it is started.

    Args:
        brokers: How many.
        tls: CA, certificate and key of its doors, which then ask for a certificate of that CA; plain without.
    """

    def __init__(self, brokers=1, tls=None):
        self._ports = [free_port() for _ in range(brokers)]
        self.servers = [f"127.0.0.1:{port}" for port in self._ports]
        self._tls = [str(file) for file in tls] if tls else None
        self._process = None

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_):
        self.kill()

    def start(self):
        command = [sys.executable, "-m", "tests.peers.kafka", json.dumps([self._ports, self._tls])]
        self._process = subprocess.Popen(
            command, cwd=_ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        assert self._process.stdout.readline() == "ready\n"

    def kill(self):
        if self._process:
            self._process.kill()
            self._process.communicate()
            self._process = None

    def signal(self, number):
        self._process.send_signal(number)

    def topic(self, name, partitions):
        self._ask("topic", name, partitions)

    def down(self):
        """Hang up and listen no more, and keep the log."""
        self._ask("down")

    def up(self):
        self._ask("up")

    def topic_error(self, name, error):
        """Answer questions after a topic with an error."""
        self._ask("topic_error", name, error)

    def requests(self):
        """Kind and digest of each request so far; of two that are alike but for their number in a connection it is the same."""
        return self._ask("requests")

    def lose_answers(self):
        """Let requests in and no answer out, on the connections that there are."""
        self._ask("lose_answers")

    def hang_up(self):
        """Cut the connections that there are, and pass on answers on new ones."""
        self._ask("hang_up")

    def answer_with(self, request, *errors):
        """Answer the next requests of a kind with errors, one each."""
        self._ask("answer_with", request, errors)

    def _ask(self, *words):
        print(json.dumps(words), file=self._process.stdin, flush=True)
        return json.loads(self._process.stdout.readline())


class _Cluster:
    """The cluster by its C interface."""

    def __init__(self, ports):
        import confluent_kafka  # noqa: PLC0415 - only the peer's process has it loaded this way

        folder = Path(confluent_kafka.__file__).parents[1] / "confluent_kafka.libs"
        library = self._library = ctypes.CDLL(str(next(folder.glob("librdkafka-*.so*"))))
        library.rd_kafka_conf_new.restype = ctypes.c_void_p
        library.rd_kafka_new.restype = ctypes.c_void_p
        library.rd_kafka_new.argtypes = [ctypes.c_int, ctypes.c_void_p, ctypes.c_char_p, ctypes.c_size_t]
        library.rd_kafka_mock_cluster_new.restype = ctypes.c_void_p
        library.rd_kafka_mock_cluster_new.argtypes = [ctypes.c_void_p, ctypes.c_int]
        library.rd_kafka_mock_cluster_bootstraps.restype = ctypes.c_char_p
        library.rd_kafka_mock_cluster_bootstraps.argtypes = [ctypes.c_void_p]
        said = ctypes.create_string_buffer(512)
        settings = ctypes.c_void_p(library.rd_kafka_conf_new())
        library.rd_kafka_conf_set(settings, b"log_level", b"0", said, ctypes.c_size_t(len(said)))
        client = library.rd_kafka_new(0, settings, said, len(said))
        assert client, said.value
        self._cluster = ctypes.c_void_p(library.rd_kafka_mock_cluster_new(client, len(ports)))
        self._brokers = range(1, len(ports) + 1)
        text = library.rd_kafka_mock_cluster_bootstraps(self._cluster).decode()
        self.ports = [int(place.rpartition(":")[2]) for place in text.split(",")]
        for broker, port in zip(self._brokers, ports, strict=True):
            self._call("broker_set_host_port", broker, b"127.0.0.1", port)

    def topic(self, name, partitions):
        self._call("topic_create", name.encode(), partitions, 1)

    def topic_error(self, name, error):
        self._library.rd_kafka_mock_topic_set_error(self._cluster, name.encode(), error)

    def down(self):
        for broker in self._brokers:
            self._call("broker_set_down", broker)

    def up(self):
        for broker in self._brokers:
            self._call("broker_set_up", broker)

    def answer_with(self, request, errors):
        numbers = (ctypes.c_int * len(errors))(*errors)
        size = ctypes.c_size_t(len(errors))
        self._library.rd_kafka_mock_push_request_errors_array(
            self._cluster, ctypes.c_int16(request), size, numbers
        )

    def _call(self, name, *arguments):
        error = getattr(self._library, f"rd_kafka_mock_{name}")(self._cluster, *arguments)
        assert error == 0, (name, error)


class _Doors:
    """Pass on what is said between clients and brokers."""

    def __init__(self):
        self._open = set()
        self._mute = set()
        self._requests = []

    def requests(self):
        return self._requests

    def lose_answers(self):
        self._mute |= self._open

    def hang_up(self):
        for writer in self._open:
            writer.transport.abort()

    def to(self, port):
        async def pass_on(reader, writer):
            try:
                inner_reader, inner_writer = await asyncio.open_connection("127.0.0.1", port)
            except OSError:
                writer.close()
                return
            self._open.add(writer)
            await asyncio.gather(
                self._pump(reader, inner_writer, _Requests(self._requests).feed),
                self._pump(inner_reader, writer),
            )
            self._open.discard(writer)
            self._mute.discard(writer)

        return pass_on

    async def _pump(self, reader, writer, look=None):
        with contextlib.suppress(OSError):
            while text := await reader.read(65_536):
                if look:
                    look(text)
                if writer not in self._mute:
                    writer.write(text)
                    await writer.drain()
        writer.close()


class _Requests:
    """Finds requests in a stream: the number of each one's kind, and a digest of all but its number in the connection."""

    def __init__(self, found):
        self._found = found
        self._buffer = bytearray()

    def feed(self, text):
        self._buffer += text
        while len(self._buffer) >= 4:
            end = 4 + int.from_bytes(self._buffer[:4], "big")
            if len(self._buffer) < end:
                return
            request = bytes(self._buffer[4:end])
            del self._buffer[:end]
            kind = int.from_bytes(request[:2], "big")
            self._found.append((kind, hashlib.sha256(request[:4] + request[8:]).hexdigest()))


async def _serve(ports, tls):
    cluster, doors = _Cluster(ports), _Doors()
    context = None
    if tls:
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_verify_locations(tls[0])
        context.verify_mode = ssl.CERT_REQUIRED
        context.load_cert_chain(*tls[1:])
    for port, inner in zip(ports, cluster.ports, strict=True):
        await asyncio.start_server(doors.to(inner), "127.0.0.1", port, ssl=context)
    print("ready", flush=True)  # noqa: T201 - to the test
    loop = asyncio.get_running_loop()
    while line := await loop.run_in_executor(None, sys.stdin.readline):
        name, *arguments = json.loads(line)
        answer = getattr(doors if hasattr(doors, name) else cluster, name)(*arguments)
        print(json.dumps(answer), flush=True)  # noqa: T201 - to the test


if __name__ == "__main__":
    asyncio.run(_serve(*json.loads(sys.argv[1])))
