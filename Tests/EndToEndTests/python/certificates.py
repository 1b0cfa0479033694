"""Certificate authorities of the tests' own, for clients and for servers that the host talks to."""

import datetime
import ipaddress
import ssl

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

DAY = datetime.timedelta(days=1)
PRIVATE = (serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())


def name(common):
    return x509.Name([x509.NameAttribute(NameOID.COUNTRY_NAME, "KR"), x509.NameAttribute(NameOID.COMMON_NAME, common)])


class Authority:
    """Its certificate lies in `path`; a certificate and its key are written together as one PEM file."""

    def __init__(self, folder, common="Test authority"):
        self.folder = folder
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.subject = name(common)
        self.certificate = self._sign(self.subject, self.key, [x509.BasicConstraints(True, None)])
        self.path = folder / f"{common.replace(' ', '-')}.pem"
        self.path.write_bytes(self.certificate.public_bytes(serialization.Encoding.PEM))

    def _sign(self, subject, key, extensions, days=30, serial=None):
        now = datetime.datetime.now(datetime.timezone.utc)
        builder = x509.CertificateBuilder(
            self.subject, subject, key.public_key(), serial or x509.random_serial_number(), now - 60 * DAY, now + days * DAY
        )
        for extension in extensions:
            builder = builder.add_extension(extension, critical=isinstance(extension, x509.BasicConstraints))
        return builder.sign(self.key, hashes.SHA256())

    def issue(self, common, *names, days=30, serial=None):
        """A file with a certificate for names and addresses, or for a client."""
        key = ec.generate_private_key(ec.SECP256R1())
        extensions = [x509.BasicConstraints(False, None)]
        if names:
            extensions.append(x509.SubjectAlternativeName([general_name(text) for text in names]))
        certificate = self._sign(name(common), key, extensions, days, serial)
        path = self.folder / f"{common}.pem"
        path.write_bytes(certificate.public_bytes(serialization.Encoding.PEM) + key.private_bytes(*PRIVATE))
        return path

    def server(self, common, *names, days=30):
        """What a server of Python's is wrapped in."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.issue(common, *names, days=days))
        return context


def general_name(text):
    try:
        return x509.IPAddress(ipaddress.ip_address(text))
    except ValueError:
        return x509.DNSName(text)
