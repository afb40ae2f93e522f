"""A producer for Kafka: sends records and says what became of each, in a bounded time, without gaps.

librdkafka keeps trying by itself; what it has not brought to an end in time is taken back from it, all at once, so that
nothing later of the same partition can overtake it.
"""

from __future__ import annotations

import logging
import threading
import time
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

from confluent_kafka import KafkaError, KafkaException, Producer

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    _Told = Callable[[KafkaError | None, object], None]

# What librdkafka says goes where the program's log goes, and to standard error never.
_LOG = logging.getLogger(__name__)
_LOG.addHandler(logging.NullHandler())
# What is wrong with a record, or with one of those that went with it.
_NEVER = (
    KafkaError.MSG_SIZE_TOO_LARGE,
    KafkaError.RECORD_LIST_TOO_LARGE,
    KafkaError.INVALID_RECORD,
)
# Reports of what went down with others, or was taken back.
_NOTHING_SAID = (KafkaError._PURGE_QUEUE, KafkaError._PURGE_INFLIGHT, KafkaError._FATAL)  # noqa: SLF001 - documented names
_HINTS = {
    KafkaError._AUTHENTICATION: "are username and password right, and is it the mechanism?",  # noqa: SLF001
    KafkaError._SSL: "is that its port for TLS, and is its CA named with ca_file?",  # noqa: SLF001
    KafkaError._UNKNOWN_TOPIC: "create the topic",  # noqa: SLF001
    KafkaError.UNKNOWN_TOPIC_OR_PART: "create the topic",
    KafkaError.TOPIC_AUTHORIZATION_FAILED: "may we write to that topic?",
    KafkaError.CLUSTER_AUTHORIZATION_FAILED: "may we write idempotently?",
}
# How long taking records back may last; it is done by a thread of this process.
_PURGE_S = 2.0
# It is left as soon as there is something.
_POLL_S = 0.1
_SILENCE = "no acknowledgement in time; is the cluster reached and well?"


class Record(NamedTuple):
    """What is sent.

    Attributes:
        topic: Where.
        key: Records of a key go to one partition.
        value: The payload.
        headers: Names and values.
    """

    topic: str
    key: bytes
    value: bytes
    headers: list[tuple[str, str | bytes | None]]


class Outcome(NamedTuple):
    """What became of records.

    Attributes:
        taken: Positions of those that the cluster has.
        refused: Reasons, by position, of those that can never be sent.
        suspected: Whether the cluster will never take one of the others, in the company that it was in.
        failure: Why the others are not there; empty when there are none.
    """

    taken: set[int]
    refused: dict[int, str]
    suspected: bool
    failure: str


class Sender:
    """A producer of librdkafka's, which is made anew after a failure that leaves something open.

    Args:
        settings: For librdkafka.

    Raises:
        ValueError: When librdkafka does not take them.
    """

    def __init__(self, settings: Mapping[str, Any]) -> None:
        self._settings = dict(settings)
        self._producer: Producer | None = None
        self._said = ""
        self._opened()

    def log_in_with(self, username: str, password: str) -> None:
        """Log in like this from the next connection on."""
        self._settings |= {"sasl.username": username, "sasl.password": password}
        if self._producer is not None:
            self._producer.set_sasl_credentials(username, password)

    def send(self, records: Sequence[Record], *, until: float) -> Outcome:
        """Send records, in order, and wait for the reports of their delivery.

        Args:
            records: What to send.
            until: When to stop waiting, on the monotonic clock.
        """
        self._said = ""
        reports: dict[int, KafkaError | None] = {}
        refused: dict[int, str] = {}
        try:
            producer = self._opened()
        except ValueError as error:
            return Outcome(set(), {}, suspected=False, failure=str(error))
        fatal = self._hand_over(producer, records, reports, refused, until)
        if len(reports) + len(refused) < len(records) or fatal:
            self._take_back(producer)
        taken = {place for place, error in reports.items() if error is None}
        errors = [error for _, error in sorted(reports.items()) if error is not None]
        blamed = [error for error in errors if error.code() in _NEVER]
        telling = [error for error in errors if error.code() not in _NOTHING_SAID]
        failure = next(iter([*blamed, *telling]), fatal)
        if len(taken) + len(refused) == len(records):
            return Outcome(taken, refused, suspected=False, failure="")
        words = _words(failure) if failure else self._said or _SILENCE
        return Outcome(taken, refused, suspected=bool(blamed), failure=words)

    def close(self) -> None:
        """End the producer; what it has not delivered is forgotten."""
        producer, self._producer = self._producer, None
        if producer is not None:
            _end(producer)

    def _hand_over(
        self,
        producer: Producer,
        records: Sequence[Record],
        reports: dict[int, KafkaError | None],
        refused: dict[int, str],
        until: float,
    ) -> KafkaError | None:
        """Hand records to librdkafka and wait; return what stopped it."""

        def told(place: int, error: KafkaError | None, _message: object) -> None:
            reports[place] = error

        try:
            for place, record in enumerate(records):
                try:
                    self._produce(producer, record, partial(told, place), until)
                except KafkaException as error:
                    if error.args[0].code() != KafkaError.MSG_SIZE_TOO_LARGE:
                        raise
                    size, most = len(record.value), self._settings["message.max.bytes"]
                    refused[place] = f"{size} bytes and headers are more than the {most} of max_bytes"
            while len(reports) + len(refused) < len(records) and time.monotonic() < until:
                producer.poll(_POLL_S)
        except KafkaException as error:
            return error.args[0]  # type: ignore[no-any-return]
        except BufferError:
            pass  # and no room was made in time
        return None

    def _produce(self, producer: Producer, record: Record, told: _Told, until: float) -> None:
        while True:
            try:
                producer.produce(
                    record.topic, record.value, record.key, on_delivery=told, headers=record.headers
                )
            except BufferError:
                if time.monotonic() > until:
                    raise
                producer.poll(_POLL_S)
            else:
                return

    def _opened(self) -> Producer:
        if self._producer is None:
            try:
                self._producer = Producer({**self._settings, "error_cb": self._hear}, logger=_LOG)
            except KafkaException as error:
                raise ValueError(_words(error.args[0])) from None
        return self._producer

    def _take_back(self, producer: Producer) -> None:
        """Take back what is not delivered, and end the producer: it does not know what became of what was under way."""
        self._producer = None
        _end(producer)

    def _hear(self, error: KafkaError) -> None:
        if error.code() != KafkaError._ALL_BROKERS_DOWN:  # noqa: SLF001 - it says less than those before it
            self._said = _words(error)


def _end(producer: Producer) -> None:
    until = time.monotonic() + _PURGE_S
    producer.purge()
    # Not `flush`: it goes on with reports after a fatal error was raised by one, which Python does not take.
    while len(producer) and time.monotonic() < until:
        with suppress(KafkaException):  # a fatal error, which stands in the reports as well
            producer.poll(_POLL_S)
    # It waits for librdkafka's threads, and one of those may be waiting for a name server.
    closing = threading.Thread(target=_close, args=(producer,), name="kafka-close", daemon=True)
    closing.start()
    closing.join(max(0.1, until - time.monotonic()))


def _close(producer: Producer) -> None:
    with suppress(KafkaException):
        producer.close()


def _words(error: KafkaError) -> str:
    hint = _HINTS.get(error.code())
    return error.str() + (f"; {hint}" if hint else "")
