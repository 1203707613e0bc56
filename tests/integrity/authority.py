"""A time-stamping authority of the test's own: certificates made here, answers signed by openssl."""

from __future__ import annotations

import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

STAMPS = (ExtendedKeyUsageOID.TIME_STAMPING,)
_CONFIG = """
[tsa]
default_tsa = one
[one]
serial = {folder}/serial
crypto_device = builtin
signer_cert = {folder}/signer.pem
certs = {folder}/certs.pem
signer_key = {folder}/signer.key
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = sha256, sha512
accuracy = secs:1
ordering = no
tsa_name = no
ess_cert_id_chain = no
ess_cert_id_alg = sha256
"""


class Certificate:
    """One certificate and its key."""

    def __init__(  # noqa: PLR0913 - a test names the one field it is about
        self,
        name: str,
        *,
        issuer: Certificate | None = None,
        ca: bool = False,
        purposes: tuple[x509.ObjectIdentifier, ...] = (),
        critical: bool = True,
        days: tuple[int, int] = (-10, 3650),
        serial: int | None = None,
        key: ec.EllipticCurvePrivateKey | None = None,
        path_length: int | None = None,
        more: tuple[x509.ExtensionType, ...] = (),
    ) -> None:
        self.key = key or ec.generate_private_key(ec.SECP256R1())
        self.name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        self.issuer = issuer
        today = datetime.now(UTC)
        builder = (
            x509.CertificateBuilder()
            .subject_name(self.name)
            .issuer_name(self.name if issuer is None else issuer.name)
            .public_key(self.key.public_key())
            .serial_number(serial or x509.random_serial_number())
            .not_valid_before(today + timedelta(days=days[0]))
            .not_valid_after(today + timedelta(days=days[1]))
            .add_extension(x509.BasicConstraints(ca=ca, path_length=path_length), critical=True)
        )
        if purposes:
            builder = builder.add_extension(x509.ExtendedKeyUsage(purposes), critical=critical)
        for one in more:
            builder = builder.add_extension(one, critical=True)
        self.made = builder.sign(self.key if issuer is None else issuer.key, hashes.SHA256())

    @property
    def pem(self) -> bytes:
        """The certificate alone."""
        return self.made.public_bytes(Encoding.PEM)

    @property
    def key_pem(self) -> bytes:
        """Its private key, for openssl."""
        return self.key.private_bytes(
            Encoding.PEM, PrivateFormat.TraditionalOpenSSL, NoEncryption()
        )


class Authority:
    """Answers questions with ``openssl ts``, as a real one would."""

    def __init__(self, folder: Path, *, signer: Certificate, sent: tuple[Certificate, ...]) -> None:
        """``sent`` are the certificates that go with an answer beside the signer's, in this order."""
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder
        (folder / "serial").write_text("01\n")
        (folder / "signer.pem").write_bytes(signer.pem)
        (folder / "signer.key").write_bytes(signer.key_pem)
        (folder / "certs.pem").write_bytes(b"".join(one.pem for one in sent))
        config = _CONFIG.format(folder=folder)
        beside = f"certs = {folder}/certs.pem\n"
        (folder / "ts.cnf").write_text(config if sent else config.replace(beside, ""))

    def answer(self, question: bytes) -> bytes:
        """The ``TimeStampResp`` to a ``TimeStampReq``, both DER."""
        (self._folder / "q").write_bytes(question)
        files = ("-queryfile", self._folder / "q", "-out", self._folder / "a")
        self._openssl("-reply", "-config", self._folder / "ts.cnf", *files)
        return (self._folder / "a").read_bytes()

    def _openssl(self, *arguments: object) -> None:
        command = ["openssl", "ts", *map(str, arguments)]
        subprocess.run(command, check=True, capture_output=True)


def root(name: str = "Test root", **fields: object) -> Certificate:
    """A certificate that signs itself and others."""
    return Certificate(name, ca=True, **fields)


def signer(issuer: Certificate, name: str = "Test stamps", **fields: object) -> Certificate:
    """A certificate for time stamps alone."""
    return Certificate(name, issuer=issuer, **{"purposes": STAMPS, **fields})


def openssl_verifies(folder: Path, *, data: bytes, response: bytes, roots: bytes) -> bool:
    """What ``openssl ts -verify`` says."""
    for name, content in (("d", data), ("r", response), ("c", roots)):
        (folder / name).write_bytes(content)
    files = ("-data", folder / "d", "-in", folder / "r", "-CAfile", folder / "c")
    command = ["openssl", "ts", "-verify", *map(str, files)]
    return subprocess.run(command, check=False, capture_output=True).returncode == 0
