"""A collector of OpenTelemetry traces on loopback (OTLP/HTTP, protobuf), which keeps what it gets and is away on demand."""

import gzip
import threading
from collections import Counter
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest


class Collector:
    """Takes traces.

    Attributes:
        requests: Each request's headers and what it brought.
        status: What it answers.
    """

    def __init__(self, port=0):
        self.requests = []
        self.status = 200
        collector = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                if self.headers.get("Content-Encoding") == "gzip":
                    body = gzip.decompress(body)
                status = collector.status if self.path == "/v1/traces" else 404
                if status == 200:
                    collector.requests.append((self.headers, ExportTraceServiceRequest.FromString(body)))
                self.send_response(status)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *arguments):
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
        self.port = self._server.server_port
        self.url = f"http://127.0.0.1:{self.port}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def __enter__(self):
        return self

    def __exit__(self, *what):
        self._server.shutdown()
        self._server.server_close()

    @property
    def resources(self):
        """Attributes of each resource that sent spans."""
        return [values(group.resource) for _, request in self.requests for group in request.resource_spans]

    @property
    def spans(self):
        """All spans, as they came."""
        return [
            span
            for _, request in self.requests
            for group in request.resource_spans
            for scope in group.scope_spans
            for span in scope.spans
        ]

    @property
    def names(self):
        """How many spans there are of each name."""
        return Counter(span.name for span in self.spans)


def values(of):
    """Return attributes as a dict."""
    return {pair.key: _value(pair.value) for pair in of.attributes}


def _value(value):
    kind = value.WhichOneof("value")
    return (
        [_value(each) for each in value.array_value.values] if kind == "array_value" else getattr(value, kind)
    )
