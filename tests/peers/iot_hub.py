"""An IoT Hub's side for devices and modules: MQTT 3.1.1 over TLS, with tokens, certificates and twins, and with faults.

It speaks what https://learn.microsoft.com/azure/iot/iot-mqtt-connect-to-iot-hub says, on asyncio in a thread of its own.
The real SDK is asked to talk to it, too: see test_iot_hub_sdk.py.
"""

import asyncio
import base64
import hashlib
import hmac
import json
import ssl
import struct
import threading
import time
from collections import defaultdict, deque
from dataclasses import dataclass, field
from typing import NamedTuple
from urllib.parse import parse_qsl, unquote

CONNECT, CONNACK, PUBLISH, PUBACK, SUBSCRIBE, SUBACK = 1, 2, 3, 4, 8, 9
UNSUBSCRIBE, UNSUBACK, PINGREQ, PINGRESP, DISCONNECT = 10, 11, 12, 13, 14
LARGEST = 300_000


class Telemetry(NamedTuple):
    identity: str
    properties: dict
    body: bytes

    def number(self):
        return json.loads(self.body)["number"]


class Session:
    """A connection of one identity."""

    def __init__(self, writer, identity, filters):
        self.writer = writer
        self.identity = identity
        self.filters = filters
        self._packet_id = 0

    def publish(self, topic, body=b"", qos=0):
        packet = _text(topic)
        if qos:
            self._packet_id = self._packet_id % 65_535 + 1
            packet += struct.pack("!H", self._packet_id)
        self.writer.write(_packet(PUBLISH, packet + body, qos << 1))

    def acknowledge(self, packet_id):
        if not self.writer.transport.is_closing():
            self.writer.write(_packet(PUBACK, packet_id))

    def listens_to(self, prefix):
        return any(prefix.startswith(text.rstrip("#")) for text in self.filters)


@dataclass
class IotHub:
    """The peer; attributes that are faults may be set while it runs.

    Attributes:
        refuse: So many CONNECTs are answered with "server unavailable".
        puback_delay_s: Each PUBACK comes so much later.
        mute_pubacks: No PUBACK is sent.
        cut_after: The connection is cut once so many messages more were taken, before they are acknowledged.
        mute_twin: Nothing about twins is answered.
        twin_codes: Statuses to answer about twins, instead of doing what was asked.
    """

    key: bytes
    certificate: str
    key_file: str
    ca_file: str
    hostname: str = "hub.test"
    host: str = "127.0.0.1"
    port: int = 0
    refuse: int = 0
    puback_delay_s: float = 0.0
    mute_pubacks: bool = False
    cut_after: int | None = None
    mute_twin: bool = False
    twin_codes: deque = field(default_factory=deque)
    telemetry: list = field(default_factory=list)
    logins: list = field(default_factory=list)
    faults_seen: list = field(default_factory=list)
    reports: list = field(default_factory=list)

    def __post_init__(self):
        self._tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._tls.minimum_version = ssl.TLSVersion.TLSv1_2
        self._tls.load_cert_chain(self.certificate, self.key_file)
        self._tls.load_verify_locations(self.ca_file)
        self._tls.verify_mode = ssl.CERT_OPTIONAL
        self.twins = defaultdict(lambda: {"desired": {"$version": 1}, "reported": {"$version": 1}})
        self.sessions = {}
        self.changed = threading.Condition()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True, name="iot-hub")
        self._server = None

    def __enter__(self):
        self._thread.start()
        self.resume()
        return self

    def __exit__(self, *_):
        self.pause()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def resume(self):
        """Listen, again on the same port."""
        self._do(self._listen())

    def pause(self):
        """Cut everybody, and refuse connections."""
        self._do(self._stop_listening())

    def drop(self):
        """Cut everybody."""
        self._do(self._cut())

    def desire(self, identity, patch):
        """Change what a twin desires, and tell the module."""
        self._do(self._desire(identity, patch))

    def wait_for(self, holds, timeout_s=20.0):
        with self.changed:
            assert self.changed.wait_for(holds, timeout_s), (
                f"{len(self.telemetry)} messages, {self.reports[-3:]}, {self.logins[-3:]}, {self.faults_seen}"
            )

    def numbers(self, identity=None):
        return [found.number() for found in self.telemetry if identity in (None, found.identity)]

    def _do(self, coroutine):
        return asyncio.run_coroutine_threadsafe(coroutine, self._loop).result(10)

    async def _listen(self):
        self._server = await asyncio.start_server(self._serve, self.host, self.port, ssl=self._tls)
        self.port = self._server.sockets[0].getsockname()[1]

    async def _stop_listening(self):
        if self._server is not None:
            self._server.close()
            self._server = None
        await self._cut()

    async def _cut(self):
        cut = list(self.sessions.values())
        for session in cut:
            session.writer.transport.abort()
        while any(session in cut for session in self.sessions.values()):  # noqa: ASYNC110 - short, and only here
            await asyncio.sleep(0.005)

    async def _desire(self, identity, patch):
        desired = self.twins[identity]["desired"]
        _merge(desired, patch)
        desired["$version"] += 1
        session = self.sessions.get(identity)
        if session is not None and session.listens_to("$iothub/twin/PATCH/properties/desired/"):
            body = json.dumps({**patch, "$version": desired["$version"]}).encode()
            session.publish(f"$iothub/twin/PATCH/properties/desired/?$version={desired['$version']}", body)

    async def _serve(self, reader, writer):
        session = None
        try:
            session = await self._login(reader, writer)
            while session is not None:
                kind, flags, packet = await _read(reader)
                if kind == DISCONNECT or not await self._answer(session, kind, flags, packet):
                    break
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError, ssl.SSLError):
            pass
        except Exception as error:  # noqa: BLE001 - a peer's own fault must show in the test
            self.faults_seen.append(repr(error))
        finally:
            if session is not None and self.sessions.get(session.identity) is session:
                del self.sessions[session.identity]
            writer.close()

    async def _login(self, reader, writer):
        kind, _, packet = await _read(reader)
        if kind != CONNECT or packet[:7] != b"\0\4MQTT\4":
            self.faults_seen.append(f"expected CONNECT of MQTT 3.1.1, found {kind} {packet[:7]!r}")
            return None
        flags = packet[7]
        identity, at = _read_text(packet, 10)
        username, at = _read_text(packet, at)
        password = _read_text(packet, at)[0] if flags & 0x40 else ""
        if self.refuse > 0:
            self.refuse -= 1
            writer.write(_packet(CONNACK, b"\0\3"))
            await writer.drain()
            return None
        fault = self._fault_of(username, password, identity, writer.get_extra_info("peercert"))
        with self.changed:
            self.logins.append((identity, username, password, fault))
            self.changed.notify_all()
        if fault:
            writer.write(_packet(CONNACK, b"\0\5"))
            await writer.drain()
            return None
        if identity in self.sessions:  # the same identity twice: the older one is cut
            self.sessions[identity].writer.transport.abort()
        session = self.sessions[identity] = Session(writer, identity, set())
        writer.write(_packet(CONNACK, b"\0\0"))
        return session

    def _fault_of(self, username, password, identity, certificate):
        """What is wrong with a login; None when nothing is."""
        hub, *who, version = username.split("/")
        if hub != self.hostname or "/".join(who) != identity or "api-version=" not in version:
            return f"username {username!r} does not fit {identity!r}"
        if not password:
            names = dict(pair for (pair,) in (certificate or {}).get("subject", ()))
            return None if names.get("commonName") == who[0] else "neither token nor certificate"
        parts = dict(
            part.split("=", 1) for part in password.removeprefix("SharedAccessSignature ").split("&")
        )
        wanted = f"{hub}/devices/{who[0]}" + (f"/modules/{who[1]}" if len(who) > 1 else "")
        if unquote(parts["sr"]) != wanted:
            return f"token for {parts['sr']}"
        if int(parts["se"]) <= time.time():  # noqa: TID251 - a token expires at a time of day
            return "token expired"
        text = f"{parts['sr']}\n{parts['se']}".encode()
        signature = base64.b64encode(hmac.new(self.key, text, hashlib.sha256).digest()).decode()
        return None if hmac.compare_digest(unquote(parts["sig"]), signature) else "bad signature"

    async def _answer(self, session, kind, flags, packet):
        """Answer one packet; return whether the connection goes on."""
        if kind == PUBLISH:
            return await self._published(session, flags, packet)
        if kind == SUBSCRIBE:
            codes, at = b"", 2
            while at < len(packet):
                text, at = _read_text(packet, at)
                session.filters.add(text)
                codes += bytes([min(packet[at], 1)])
                at += 1
            session.writer.write(_packet(SUBACK, packet[:2] + codes))
        elif kind == UNSUBSCRIBE:
            session.writer.write(_packet(UNSUBACK, packet[:2]))
        elif kind == PINGREQ:
            session.writer.write(_packet(PINGRESP, b""))
        return True

    async def _published(self, session, flags, packet):
        qos = flags >> 1 & 3
        topic, at = _read_text(packet, 0)
        packet_id = packet[at : at + 2] if qos else b""
        body = packet[at + len(packet_id) :]
        if qos > 1:
            self.faults_seen.append("QoS 2")
            return False
        if not self._take(session, topic, body):
            self.faults_seen.append(f"a topic that the hub does not have: {topic}")
            return False
        if self.cut_after is not None and "/messages/events/" in topic:
            self.cut_after -= 1
            if self.cut_after <= 0:
                self.cut_after = None
                session.writer.transport.abort()
                return False
        if qos and not self.mute_pubacks:
            self._loop.call_later(self.puback_delay_s, session.acknowledge, packet_id)
        return True

    def _take(self, session, topic, body):
        device, _, module = session.identity.partition("/")
        events = f"devices/{device}" + (f"/modules/{module}" if module else "") + "/messages/events/"
        if topic.startswith(events):
            bag = topic[len(events) :]
            if len(body) + len(bag) > 262_144 or "+" in bag:
                return False
            with self.changed:
                properties = dict(parse_qsl(bag, keep_blank_values=True))
                self.telemetry.append(Telemetry(session.identity, properties, body))
                self.changed.notify_all()
            return True
        if topic.startswith("$iothub/twin/"):
            return self._about_twin(session, topic, body)
        return False

    def _about_twin(self, session, topic, body):
        path, _, query = topic.partition("?")
        number = dict(parse_qsl(query)).get("$rid", "")
        twin = self.twins[session.identity]
        if self.mute_twin:
            return True
        if self.twin_codes:
            session.publish(f"$iothub/twin/res/{self.twin_codes.popleft()}/?$rid={number}")
        elif path == "$iothub/twin/GET/":
            session.publish(f"$iothub/twin/res/200/?$rid={number}", json.dumps(twin).encode())
        elif path == "$iothub/twin/PATCH/properties/reported/":
            patch = json.loads(body)
            with self.changed:
                self.reports.append(patch)
                _merge(twin["reported"], patch)
                twin["reported"]["$version"] += 1
                self.changed.notify_all()
            session.publish(f"$iothub/twin/res/204/?$rid={number}&$version={twin['reported']['$version']}")
        else:
            return False
        return True


def _merge(document, patch):
    for name, value in patch.items():
        if value is None:
            document.pop(name, None)
        elif isinstance(value, dict) and isinstance(document.get(name), dict):
            _merge(document[name], value)
        else:
            document[name] = value


async def _read(reader):
    first = (await reader.readexactly(1))[0]
    size = shift = 0
    while True:
        byte = (await reader.readexactly(1))[0]
        size |= (byte & 127) << shift
        shift += 7
        if byte < 128:
            break
    if size > LARGEST:
        raise ConnectionError("packet too large")
    return first >> 4, first & 15, await reader.readexactly(size)


def _packet(kind, body, flags=0):
    size, rest = bytearray(), len(body)
    while True:
        rest, byte = divmod(rest, 128)
        size.append(byte | (128 if rest else 0))
        if not rest:
            return bytes([kind << 4 | (flags if kind == PUBLISH else 0)]) + bytes(size) + body


def _text(text):
    raw = text.encode()
    return struct.pack("!H", len(raw)) + raw


def _read_text(packet, at):
    (size,) = struct.unpack_from("!H", packet, at)
    return packet[at + 2 : at + 2 + size].decode(), at + 2 + size
