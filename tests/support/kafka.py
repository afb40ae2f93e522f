"""Somebody who reads what is in Kafka."""

import json
import threading
import time

from confluent_kafka import Consumer, TopicPartition


class Reader:
    """Reads topics from their beginning, all the time, over everything that befalls the cluster."""

    def __init__(self, cluster, *topics, **settings):
        self.records = []
        self.changed = threading.Condition()
        self._consumer = Consumer(
            {
                "bootstrap.servers": ",".join(cluster.servers),
                "group.id": "reader",
                "log_level": 0,
                "reconnect.backoff.max.ms": 200,
                **settings,
            }
        )
        found = self._consumer.list_topics(timeout=10).topics
        self._consumer.assign(
            [TopicPartition(topic, number, 0) for topic in topics for number in found[topic].partitions]
        )
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._read)
        self._thread.start()

    def _read(self):
        while not self._stop.is_set():
            record = self._consumer.poll(0.05)
            if record is not None and record.error() is None:
                with self.changed:
                    self.records.append(record)
                    self.changed.notify_all()

    def wait_for(self, holds, timeout_s=20.0):
        with self.changed:
            assert self.changed.wait_for(holds, timeout_s), (len(self.records), self.numbers())

    def numbers(self):
        found = {}
        for record in self.records:
            body = json.loads(record.value())
            found.setdefault(body["camera"], []).append(body["number"])
        return found

    def settle(self, count):
        """Wait for so many records, and for any that are too many."""
        self.wait_for(lambda: len(self.records) >= count)
        time.sleep(0.5)
        return self.records

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._stop.set()
        self._thread.join()
        self._consumer.close()
