"""A certificate authority for one test run, and what it issues."""

from pathlib import Path

import trustme


class Authority:
    """Issues certificates into a folder.

    Attributes:
        ca_path: PEM file of its certificate.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._folder.mkdir(parents=True, exist_ok=True)
        self._ca = trustme.CA()
        self.ca_path = folder / "ca.pem"
        self._ca.cert_pem.write_to_path(str(self.ca_path))
        self._count = 0

    def server(self, *hosts: str) -> tuple[Path, Path]:
        """Return certificate and key of a server with these names and addresses; localhost when none is given."""
        return self._written(self._ca.issue_cert(*(hosts or ("localhost", "127.0.0.1"))))

    def client(self, name: str) -> tuple[Path, Path]:
        """Return certificate and key of a client with this common name."""
        return self._written(self._ca.issue_cert(f"{name}.test", common_name=name))

    def _written(self, issued: trustme.LeafCert) -> tuple[Path, Path]:
        self._count += 1
        certificate = self._folder / f"{self._count}.pem"
        key = self._folder / f"{self._count}.key"
        for index, blob in enumerate(issued.cert_chain_pems):
            blob.write_to_path(str(certificate), append=index > 0)
        issued.private_key_pem.write_to_path(str(key))
        return certificate, key
