"""Settings: environment variables `MAILLAGE_*`. Each is explained here and in docs/settings.md; a test compares."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """What an operator may set."""

    model_config = SettingsConfigDict(env_prefix="MAILLAGE_", frozen=True)

    data: Path = Field(Path("data"), description="The folder of everything that is kept: log, views, keys, mails.")
    port: int = Field(8000, ge=0, le=65535, description="The port of the fronts on 127.0.0.1; 0 takes a free one.")
    network: str | None = Field(
        None,
        pattern=r"^[a-z][a-z0-9-]{0,30}$",
        description="The network's short name, the first word of every subject. Fixed at the first start of a data "
        "folder: `exemple` with the sample history, `reseau` without.",
    )
    title: str = Field("Occitanie Coopération", description="The network's name as its pages show it.")
    public_url: str | None = Field(
        None,
        description="Where the fronts are reached from outside; links in mails start with it. "
        "Without it: http://127.0.0.1:<port>.",
    )
    smtp_host: str | None = Field(None, description="The mail server. Without it mails are written as .eml files.")
    smtp_port: int = Field(587, ge=1, le=65535, description="The port of the mail server.")
    smtp_user: str | None = Field(None, description="The account on the mail server, if it wants one.")
    smtp_password: str | None = Field(None, repr=False, description="The password of that account.")
    smtp_tls: Literal["starttls", "tls", "none"] = Field(
        "starttls", description="How the way to the mail server is protected."
    )
    mail_from: str = Field("reseau@exemple.invalid", description="The sender's address of all mails.")
    log_format: Literal["console", "json"] = Field(
        "console", description="How the program's own log is written, to standard error."
    )
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        "warning", description="What the program's own log holds."
    )
