"""What an operator may set, and what is refused before anything is started with it."""

from __future__ import annotations

import math
from pathlib import Path

import pytest
from pydantic import ValidationError

from shared.base.settings import Settings

URLS = ("public_url", "otlp_endpoint")
NONE_OF_THESE = (
    "no url",
    "ftp://x",
    "http://",
    "http://x:99999",
    "https://[::1",
    "https://a b/",
    "https://x?y",
    "x.fr",
)
TEXTS = [name for name, field in Settings.model_fields.items() if "str" in str(field.annotation)]
PATHS = [name for name, field in Settings.model_fields.items() if "Path" in str(field.annotation)]


@pytest.mark.parametrize("name", [*TEXTS, *PATHS])
@pytest.mark.parametrize("value", ["a\nb", "\udcff", "\x00", "\x7f"])
def test_no_setting_holds_a_second_line_or_bytes_that_are_no_text(
    name: str, value: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(ValidationError):
        Settings(**{name: value})
    if "\x00" not in value:  # as the system hands it on
        monkeypatch.setenv(f"MAILLAGE_{name.upper()}", value)
        with pytest.raises(ValidationError):
            Settings()


def test_a_folder_given_on_the_command_line_is_looked_at_as_well() -> None:
    with pytest.raises(ValidationError):
        Settings(data=Path("/srv/\udcff"))


@pytest.mark.parametrize("name", URLS)
def test_an_address_is_one_that_a_browser_takes(name: str) -> None:
    for wrong in NONE_OF_THESE:
        with pytest.raises(ValidationError):
            Settings(**{name: wrong})
    for fits in ("https://reseau.exemple.fr", "http://127.0.0.1:8000", "http://[::1]:4318/", "https://x.fr/maillage"):
        assert getattr(Settings(**{name: fits}), name) == fits
    assert Settings().public_url is None and Settings(public_url="").public_url == ""


def test_a_sender_has_an_address() -> None:
    for wrong in ("", " ", "no at", "@", "a@", "a@b@c", "Le réseau a@b", "<a@b> x"):
        with pytest.raises(ValidationError):
            Settings(mail_from=wrong)
    for fits in ("reseau@exemple.fr", "Réseau d’Occitanie <reseau@exemple.fr>"):
        assert Settings(mail_from=fits).mail_from == fits


def test_an_empty_address_to_listen_on_is_not_every_address() -> None:
    for wrong in ("", " ", "a b", "http://x", "é", "x" * 300):
        with pytest.raises(ValidationError):
            Settings(host=wrong)
    assert [Settings(host=one).host for one in ("0.0.0.0", "::", "localhost")] == ["0.0.0.0", "::", "localhost"]
    assert Settings(smtp_host="").smtp_host == ""
    with pytest.raises(ValidationError):
        Settings(smtp_host=" ")


@pytest.mark.parametrize("name", ["api_rate", "checkpoint_events", "checkpoint_seconds", "readings_alarm"])
def test_what_is_counted_has_an_end(name: str) -> None:
    for wrong in (math.inf, math.nan, 10**20, 0, -1):
        with pytest.raises(ValidationError):
            Settings(**{name: wrong})
