"""Events, sinks and what arrived, for tests of Event Grid."""

import contextlib

import msgspec
from azure.core.credentials import AzureKeyCredential
from tests.support.messages import cloud_message

from sightline.sinks import EventGridSink


@contextlib.contextmanager
def sinks_for(authority):
    """Gives a function that opens sinks for a peer; they are closed at the end."""
    sinks = []

    def open_for(peer, **options):
        settings = {"credential": AzureKeyCredential(peer.key), "ca_file": str(authority.ca_file), **options}
        endpoint = settings.pop("endpoint", peer.namespace_url if "namespace_topic" in options else peer.url)
        sinks.append(EventGridSink(endpoint, settings.pop("credential"), **settings))
        return sinks[-1]

    yield open_for
    for sink in sinks:
        sink.close()


def events_of(count, cameras=("east", "west"), size=0):
    return [cloud_message(camera, number, size) for number in range(count) for camera in cameras]


def azure_message():
    body = b'{"events":[{"type":"personLineEvent","zone":"door"}],"schemaVersion":"2.0"}'
    message = cloud_message("lobby", 7)
    return msgspec.structs.replace(message, encoding="azure", type="personLineEvent", body=body)


def first_seen(peer):
    """Numbers by camera, each once, in the order in which they came first."""
    return _by_camera(dict.fromkeys(peer.ids()))


def numbers_by_camera(peer):
    """Numbers by camera, in the order in which they came, duplicates too."""
    return _by_camera(peer.ids())


def _by_camera(names):
    numbers = {}
    for name in names:
        camera, _, number = name.rpartition("-")
        numbers.setdefault(camera, []).append(int(number))
    return numbers
