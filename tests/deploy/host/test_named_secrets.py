"""Files that settings name for passwords are looked at before anything starts; passwords beside them are warned of."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import structlog
from structlog.testing import capture_logs

from deploy.host.data_folder import CannotStart
from deploy.host.named_secrets import named_secrets_fit
from shared.base.settings import Settings

MAIL: dict[str, Any] = {"smtp_host": "smtp.exemple.invalid", "smtp_user": "reseau"}


@pytest.mark.parametrize("content", [None, "", " \n", "un\nmot"])
def test_a_file_that_holds_no_password_refuses_the_start(tmp_path: Path, content: str | None) -> None:
    file = tmp_path / "mot"
    if content is not None:
        file.write_text(content)
    with pytest.raises(CannotStart, match="mot"):
        named_secrets_fit(Settings(**MAIL, smtp_password_file=file))
    with pytest.raises(CannotStart, match="mot"):
        named_secrets_fit(Settings(mongo_url="mongodb://one@mongo", mongo_password_file=file))
    named_secrets_fit(Settings(smtp_host="smtp.exemple.invalid", smtp_password_file=file))  # nobody signs in


@pytest.fixture
def plain_logs() -> Iterator[None]:
    """As structlog begins, whatever level another test left."""
    before = structlog.get_config()
    structlog.reset_defaults()
    yield
    structlog.configure(**before)


@pytest.mark.usefixtures("plain_logs")
def test_a_password_in_the_environment_is_warned_of_and_one_in_a_file_is_not(tmp_path: Path) -> None:
    (tmp_path / "mot").write_text("quatre mots")
    with capture_logs() as said:
        named_secrets_fit(Settings(**MAIL, smtp_password_file=tmp_path / "mot", mongo_url="mongodb://one@mongo"))
    assert said == []
    with capture_logs() as said:
        named_secrets_fit(Settings(**MAIL, smtp_password="quatre mots", mongo_url="mongodb://one:word@mongo"))
    assert [line["setting"] for line in said] == ["MAILLAGE_SMTP_PASSWORD", "MAILLAGE_MONGO_URL"]
    assert "quatre" not in str(said) and "word@" not in str(said)
