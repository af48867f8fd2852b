"""Certificates of NATS nodes that speak with one another between hosts: an authority of the installation's own (X.509,
RFC 5280), and for each node a key and a certificate that names its host, for both ends of a route."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from shared.runtime.nats.server_config import write_secret

AUTHORITY_DAYS = 3650
BEFORE = timedelta(minutes=5)  # a host's clock may be behind


def certify(folder: Path, nodes: Sequence[str], days: int, now: datetime | None = None) -> datetime:
    """Writes `ca.key` and `ca.crt` where they are missing, and `<node>.key` and `<node>.crt` anew; until when these are
    good. Raises ValueError, OSError."""
    now = now or datetime.now(UTC)
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    if (folder / "ca.key").exists() != (folder / "ca.crt").exists():
        raise ValueError(f"{folder} holds half of an authority: bring back ca.key and ca.crt, or take both away")
    if not (folder / "ca.key").exists():
        _authority(folder, now)
    key, authority = _authority_in(folder)
    until = min(now + timedelta(days=days), authority.not_valid_after_utc)
    for node in nodes:
        own = ec.generate_private_key(ec.SECP256R1())
        made = (
            _begun(node, authority.subject, own, now, until)
            .add_extension(x509.SubjectAlternativeName([_host(node)]), critical=False)
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(
                x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.CLIENT_AUTH]),
                critical=False,
            )
            .sign(key, hashes.SHA256())
        )
        _write(folder, node, own, made)
    return until


def _authority(folder: Path, now: datetime) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Maillage: nodes of the log")])
    made = (
        _begun("Maillage: nodes of the log", name, key, now, now + timedelta(days=AUTHORITY_DAYS))
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    _write(folder, "ca", key, made)


def _authority_in(folder: Path) -> tuple[ec.EllipticCurvePrivateKey, x509.Certificate]:
    key = load_pem_private_key((folder / "ca.key").read_bytes(), None)
    if not isinstance(key, ec.EllipticCurvePrivateKey):
        raise ValueError(f"{folder / 'ca.key'} is not as it was written")
    return key, x509.load_pem_x509_certificate((folder / "ca.crt").read_bytes())


def _begun(
    name: str, issuer: x509.Name, key: ec.EllipticCurvePrivateKey, now: datetime, until: datetime
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name[:64])]))
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - BEFORE)
        .not_valid_after(until)
    )


def _host(node: str) -> x509.GeneralName:
    with suppress(ValueError):
        return x509.IPAddress(ip_address(node))
    return x509.DNSName(node)


def _write(folder: Path, name: str, key: ec.EllipticCurvePrivateKey, made: x509.Certificate) -> None:
    write_secret(folder / f"{name}.key", key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode())
    write_secret(folder / f"{name}.crt", made.public_bytes(Encoding.PEM).decode())
