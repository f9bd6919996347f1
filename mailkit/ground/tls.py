"""The village's certificate authority.

TLS needs somebody whom both sides trust.  In the world these are a hundred-odd companies whose
certificates come with the system; in the village it is a CA of its own, made at the first start and
kept in the village's folder.  A mail program that shall trust the village is given ``ca.pem``.
"""

import os
import ssl
from pathlib import Path

import trustme


class VillageCA:
    """Issues the servers' certificates.

    Args:
        folder: where ``ca.pem`` (public) and ``ca-key.pem`` (secret, readable by its owner alone)
            are kept; they are made if they are not there.
    """

    def __init__(self, folder: Path) -> None:
        self.certificate = folder / "ca.pem"
        key = folder / "ca-key.pem"
        if self.certificate.exists() and key.exists():
            self._ca = trustme.CA.from_pem(self.certificate.read_bytes(), key.read_bytes())
        else:
            self._ca = trustme.CA(organization_name="The village of birch and cedar")
            _write_secret(key, self._ca.private_key_pem.bytes())
            self._ca.cert_pem.write_to_path(self.certificate)

    def server(self, *names: str) -> ssl.SSLContext:
        """What a server needs that is reached by these names and addresses."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.minimum_version = ssl.TLSVersion.TLSv1_2  # RFC 8996: older versions are broken
        # No client needs the common name any more (RFC 6125 section 6.4.4), but fetchmail insists on one.
        self._ca.issue_cert(*names, common_name=names[0]).configure_cert(context)
        return context

    def client(self) -> ssl.SSLContext:
        """What a client needs that trusts the village and checks whom it talks to."""
        context = ssl.create_default_context(cafile=str(self.certificate))
        return context

    def careless_client(self) -> ssl.SSLContext:
        """What one MTA uses towards another: encrypted, but not sure with whom.

        Opportunistic TLS (RFC 7435): where a letter would travel in the clear otherwise, an unproved
        certificate is better than none.
        """
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        return context


def _write_secret(path: Path, content: bytes) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
