"""`maillage nats`: configuration for nodes on one host and on several, and their certificates."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from deploy.cli.hosting.nats_keys import nats
from deploy.host.data_folder import CannotStart

HOSTS = ["--node", "nats-1.exemple.fr", "--node", "nats-2.exemple.fr"]


def said(*words: object) -> str:
    done = CliRunner().invoke(nats, [*map(str, words)], catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return done.output


def test_nodes_of_several_hosts_speak_tls_with_certificates_that_are_made(tmp_path: Path) -> None:
    said("keys", tmp_path / "of", "--network", "reseau", *HOSTS, "--certificates", "/etc/maillage/nats")
    config = (tmp_path / "of" / "nats-1.exemple.fr.conf").read_text()
    assert 'cert_file: "/etc/maillage/nats/nats-1.exemple.fr.crt"' in config and "verify: true" in config
    assert "nats-2.exemple.fr:6222" in config
    told = said("certificates", tmp_path / "certificates", *HOSTS)
    assert "good until" in told
    names = {path.name for path in (tmp_path / "certificates").iterdir()}
    assert names == {"ca.crt", "ca.key", *(f"{host}.{kind}" for host in HOSTS[1::2] for kind in ("crt", "key"))}


def test_within_one_host_there_is_none(tmp_path: Path) -> None:
    said("keys", tmp_path, "--network", "reseau")
    assert "tls" not in (tmp_path / "nats-1.conf").read_text()


def test_half_an_authority_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "ca.key").write_text("junk")
    with pytest.raises(CannotStart, match="half of an authority"):
        said("certificates", tmp_path, *HOSTS)
    (tmp_path / "ca.crt").write_text("junk")
    with pytest.raises(CannotStart):
        said("certificates", tmp_path, *HOSTS)
