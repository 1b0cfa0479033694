"""Makes the certificates of this folder with pyca/cryptography, and those that it refuses to make (SHA-1) with OpenSSL.

    python make.py

All names are made up; the client's is that of the AWS Compute Blog, "Introducing mutual TLS authentication for Amazon API Gateway",
whose event is what the tests expect. Keys are thrown away, but for that of a server, which stands beside its certificate.
"""

import datetime
import pathlib
import subprocess
import tempfile

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import NameOID

FOLDER = pathlib.Path(__file__).parent
SHORT = {"C": NameOID.COUNTRY_NAME, "ST": NameOID.STATE_OR_PROVINCE_NAME, "L": NameOID.LOCALITY_NAME}
SHORT |= {"O": NameOID.ORGANIZATION_NAME, "OU": NameOID.ORGANIZATIONAL_UNIT_NAME, "CN": NameOID.COMMON_NAME}
BEGIN = datetime.datetime(2020, 8, 29, 0, 28, 21)
END = datetime.datetime(2120, 8, 5, 0, 28, 21)


def name(text):
    return x509.Name([x509.NameAttribute(SHORT[key], value) for key, value in (part.split("=", 1) for part in text.split("/"))])


def make(subject, issuer=None, *, key=None, ca=False, serial=1, begin=BEGIN, end=END):
    """A certificate with its key; `issuer` is another such pair, itself without one."""
    key = key or ec.generate_private_key(ec.SECP256R1())
    signer, above = (issuer[1], issuer[0].subject) if issuer else (key, name(subject))
    builder = x509.CertificateBuilder(above, name(subject), key.public_key(), serial, begin, end)
    builder = builder.add_extension(x509.BasicConstraints(ca, None), critical=True)
    return builder.sign(signer, hashes.SHA256()), key


def write(file, *pairs):
    (FOLDER / file).write_bytes(b"".join(pair[0].public_bytes(serialization.Encoding.PEM) for pair in pairs))


def weak(file, issuer):
    """Signed by SHA-1."""
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        private = (serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        (folder / "ca.pem").write_bytes(issuer[0].public_bytes(serialization.Encoding.PEM))
        (folder / "ca.key").write_bytes(issuer[1].private_bytes(*private))
        request = ["openssl", "req", "-newkey", "rsa:2048", "-nodes", "-keyout", folder / "key", "-out", folder / "csr", "-subj", "/CN=weak"]
        sign = ["openssl", "x509", "-req", "-sha1", "-in", folder / "csr", "-CA", folder / "ca.pem", "-CAkey", folder / "ca.key"]
        for command in [request, [*sign, "-set_serial", "7", "-days", "36500", "-out", FOLDER / file]]:
            subprocess.run(command, check=True, capture_output=True)


root = make("C=US/ST=Washington/L=Seattle/O=Amazon Web Services/OU=Security/CN=My Private CA", ca=True)
chain = [root]
for number in range(1, 5):
    chain.append(make(f"CN=Intermediate {number}", chain[-1], ca=True, serial=10 + number))
client = make("C=US/ST=Washington/L=Seattle/O=Amazon Web Services/OU=Security/CN=My Client", root)
own = make("CN=own", ca=True, serial=5)

write("root.pem", root)
write("full.pem", *chain)
write("part.pem", *chain[1:])
write("client.pem", client)
write("large-serial.pem", make("C=KR/O=한국, 회사/CN=클라이언트", root, serial=0xA1B2C3D4E5F60718293A4B5C6D7E8F90))
write("middle-serial.pem", make("CN=middle", root, serial=0x0102030405060708, end=datetime.datetime(9999, 12, 31, 23, 59, 59)))
write("deep-3.pem", make("CN=deep 3", chain[3], serial=23))
write("deep-4.pem", make("CN=deep 4", chain[4], serial=24))
write("own.pem", own)
write("expired.pem", make("CN=expired", root, serial=3, end=datetime.datetime(2021, 1, 1)))
write("future.pem", make("CN=future", root, serial=4, begin=datetime.datetime(2119, 1, 1)))
write("stranger.pem", make("CN=stranger", make("CN=Another CA", ca=True)))
write("small-key.pem", make("CN=small", root, key=rsa.generate_private_key(65537, 1024), serial=6))
server = make("CN=server.example.com", root, serial=8)
private = server[1].private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
write("server.pem", server)
with open(FOLDER / "server.pem", "ab") as file:
    file.write(private)
weak("sha1.pem", make("CN=RSA root", ca=True, key=rsa.generate_private_key(65537, 2048)))
