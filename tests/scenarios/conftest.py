"""What tests of live cameras share: a film, and servers that play it."""

import pytest
from tests.peers.rtsp import RtspServer
from tests.support.square import write_film


@pytest.fixture(scope="session")
def film(tmp_path_factory):
    return write_film(tmp_path_factory.mktemp("film") / "film.mp4")


@pytest.fixture
def serve():
    """Starts servers, which end with the test."""
    servers = []

    def start(films, **options):
        servers.append(RtspServer(films, **options))
        return servers[-1]

    yield start
    for server in servers:
        server.close()
