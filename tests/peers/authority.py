"""A certificate authority that a test makes, and what it issues."""

import ssl
from pathlib import Path

import trustme


class Authority:
    """Issues certificates into a folder; `cert_file` and `key_file` are those of a server on loopback.

    Attributes:
        ca_file: PEM file of its own certificate.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._folder.mkdir(parents=True, exist_ok=True)
        self._ca = trustme.CA()
        self._count = 0
        self.ca_file = folder / "ca.pem"
        self._ca.cert_pem.write_to_path(str(self.ca_file))
        self.cert_file, self.key_file = self.server()

    def server(self, *hosts: str) -> tuple[Path, Path]:
        """Return certificate and key of a server with these names and addresses; localhost when none is given."""
        return self._written(self._ca.issue_cert(*(hosts or ("localhost", "127.0.0.1"))))

    def client(self, name: str) -> tuple[Path, Path]:
        """Return certificate and key of a client with this common name."""
        return self._written(self._ca.issue_cert(f"{name}.test", common_name=name))

    def server_context(self) -> ssl.SSLContext:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.cert_file, self.key_file)
        return context

    def client_context(self) -> ssl.SSLContext:
        return ssl.create_default_context(cafile=str(self.ca_file))

    def _written(self, issued: trustme.LeafCert) -> tuple[Path, Path]:
        self._count += 1
        certificate = self._folder / f"{self._count}.pem"
        key = self._folder / f"{self._count}.key"
        for index, blob in enumerate(issued.cert_chain_pems):
            blob.write_to_path(str(certificate), append=index > 0)
        issued.private_key_pem.write_to_path(str(key))
        return certificate, key
