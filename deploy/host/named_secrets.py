"""Secrets of other programs that settings name a file for, or hold: a mail server's password, a database's."""

from __future__ import annotations

from urllib.parse import urlsplit

import structlog

from deploy.host.data_folder import CannotStart
from shared.base.secret_files import SecretUnfit
from shared.base.settings import Settings
from shared.kernel.stores import password_in

log = structlog.get_logger()


def named_secrets_fit(settings: Settings) -> None:
    """Returns if each file that a setting names for a password holds one, where it is used; warns of passwords that
    stand in the environment, where whoever may look at the process, or at the container, reads them. Raises
    CannotStart."""
    files = (
        (settings.smtp_password_file, settings.smtp_host and settings.smtp_user),
        (settings.mongo_password_file, settings.mongo_url),
    )
    try:
        for file, used in files:
            if file is not None and used:
                password_in(file)
    except SecretUnfit as why:
        raise CannotStart(f"{why}.") from why
    for name, there in (
        ("MAILLAGE_SMTP_PASSWORD", bool(settings.smtp_password)),
        ("MAILLAGE_MONGO_URL", urlsplit(settings.mongo_url or "").password is not None),
    ):
        if there:
            log.warning("settings.password_in_the_environment", setting=name, instead=f"{_file_for(name)} names a file")


def _file_for(name: str) -> str:
    return {"MAILLAGE_MONGO_URL": "MAILLAGE_MONGO_PASSWORD_FILE"}.get(name, f"{name}_FILE")
