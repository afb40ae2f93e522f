"""The workload API of IoT Edge on a unix socket: it signs, and hands out the trust bundle."""

import base64
import hashlib
import hmac
import http.server
import json
import socketserver
import threading


class _Server(socketserver.ThreadingMixIn, socketserver.UnixStreamServer):
    daemon_threads = True
    block_on_close = False


class Workload:
    """The peer.

    Attributes:
        failing: Whether it answers 500.
        requests: What it was asked.
    """

    def __init__(self, path, key, ca_file):
        self.path = path
        self.failing = False
        self.requests = []
        peer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self):
                peer.requests.append(("GET", self.path))
                good = self.path == "/trust-bundle?api-version=2019-01-30"
                self._answer(good, {"certificate": ca_file.read_text()})

            def do_POST(self):
                asked = json.loads(self.rfile.read(int(self.headers["content-length"])))
                peer.requests.append(("POST", self.path))
                good = self.path == "/modules/people/genid/637450000000000000/sign?api-version=2019-01-30"
                good = good and asked["keyId"] == "primary" and asked["algo"] == "HMACSHA256"
                digest = hmac.new(key, base64.b64decode(asked["data"]), hashlib.sha256).digest()
                self._answer(good, {"digest": base64.b64encode(digest).decode()})

            def _answer(self, good, found):
                body = json.dumps(found if good and not peer.failing else {"message": "no"}).encode()
                self.send_response((500 if peer.failing else 200) if good else 404)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def address_string(self):
                return "unix"

            def log_message(self, *_):
                pass

        self._server = _Server(str(path), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def environment(self, gateway="127.0.0.1"):
        return {
            "IOTEDGE_WORKLOADURI": f"unix://{self.path}",
            "IOTEDGE_DEVICEID": "edge1",
            "IOTEDGE_MODULEID": "people",
            "IOTEDGE_MODULEGENERATIONID": "637450000000000000",
            "IOTEDGE_IOTHUBHOSTNAME": "hub.test",
            "IOTEDGE_GATEWAYHOSTNAME": gateway,
            "IOTEDGE_APIVERSION": "2019-01-30",
            "IOTEDGE_AUTHSCHEME": "sasToken",
        }
