"""Certificates for tests of secure lines, signed by an authority of their own."""

import datetime
import ipaddress

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

NOW = datetime.datetime.now(datetime.timezone.utc)
DAY = datetime.timedelta(days=1)
named = x509.DNSName
HERE = [x509.IPAddress(ipaddress.ip_address("127.0.0.1")), named("broker.example")]


class Authority:
    """Signs certificates, which it writes to files."""

    def __init__(self, folder, name):
        self.folder = folder
        self.name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.ca = self._write(name, self.name, self.key, [x509.BasicConstraints(True, None)])[0]

    def sign(self, name, names, until=NOW + DAY):
        """Returns (file of the certificate, file of its key)."""
        subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
        key = ec.generate_private_key(ec.SECP256R1())
        return self._write(name, subject, key, [x509.SubjectAlternativeName(names)], until)

    def _write(self, name, subject, key, extensions, until=NOW + DAY):
        made = x509.CertificateBuilder().subject_name(subject).issuer_name(self.name)
        made = made.public_key(key.public_key()).serial_number(x509.random_serial_number())
        made = made.not_valid_before(until - 3 * DAY).not_valid_after(until)
        for extension in extensions:
            made = made.add_extension(extension, isinstance(extension, x509.BasicConstraints))
        paths = self.folder / f"{name}.pem", self.folder / f"{name}.key"
        pem = serialization.Encoding.PEM
        paths[0].write_bytes(made.sign(self.key, hashes.SHA256()).public_bytes(pem))
        form = serialization.PrivateFormat.PKCS8
        paths[1].write_bytes(key.private_bytes(pem, form, serialization.NoEncryption()))
        return [str(path) for path in paths]
