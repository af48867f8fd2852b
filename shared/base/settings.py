"""Settings: environment variables `MAILLAGE_*`. Each is explained here and in docs/settings.md; a test compares."""

from __future__ import annotations

import re
from collections.abc import Mapping
from ipaddress import ip_network
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

from pydantic import Field, ValidationInfo, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from shared.base.network_files import printed_reviews

DEPARTMENT = r"0[1-9]|1\d|2[1-9AB]|[3-8]\d|9[0-5]|97[1-46]"
"""Codes of departments of France, those overseas too."""

CENTURY = 36525
"""Days: no term is longer, and what is added to a day stays in the calendar"""


MOST = 10**9
"""Whatever is counted: no limit is higher, and each fits into a number of every database"""

CONTROL = re.compile(r"[\x00-\x1f\x7f\ud800-\udfff]")
"""What no setting holds: a second line would be one of a file that we write, and bytes that are no UTF-8 can be sent to
nobody"""

ADDRESS = r"[^\s@<>,;:\"]+@[^\s@<>,;:\"]+"
MAIL_FROM = re.compile(rf"{ADDRESS}|[^<>]*<{ADDRESS}>")
HOST = re.compile(r"[A-Za-z0-9._:-]{1,253}")


class Settings(BaseSettings):
    """What an operator may set."""

    model_config = SettingsConfigDict(env_prefix="MAILLAGE_", frozen=True)

    data: Path = Field(Path("data"), description="The folder of everything that is kept: log, views, keys, mails.")
    port: int = Field(8000, ge=0, le=65535, description="The port of the fronts on 127.0.0.1; 0 takes a free one.")
    host: str = Field(
        "127.0.0.1",
        description="The address that `maillage serve` listens on; in a container `0.0.0.0`. `maillage up` always "
        "listens on 127.0.0.1.",
    )
    network: str | None = Field(
        None,
        pattern=r"^[a-z][a-z0-9-]{0,30}$",
        description="The network's short name, the first word of every subject. Fixed at the first start of a data "
        "folder: `exemple` with the sample history, `reseau` without.",
    )
    title: str = Field(
        "Réseau de coopération",
        description="The network's name as its pages show it, until the log says one. The sample network has its own.",
    )
    region: str | None = Field(
        None,
        description="The departments of the network's region, by code with commas between them, such as "
        "`22,29,35,56`: what pages call the region, and draw. Without it there is no region: maps show the "
        "departments where structures are. What the log says goes first; the sample network has its own.",
    )
    review: str | None = Field(
        None,
        description="The review that the network printed before it had this log, whose figures are recomputed beside "
        "it and stay public: a folder of `deploy/networks/reviews`. Without it nothing was printed. What the log says "
        "of it goes first; the sample network has its own.",
    )
    public_url: str | None = Field(
        None,
        description="Where the fronts are reached from outside; links in mails start with it. "
        "Without it: http://127.0.0.1:<port>.",
    )
    trusted_proxies: str | None = Field(
        None,
        description="Addresses or networks of the gateways before the fronts, with commas between them, such as "
        "`172.16.0.0/12`. Only their `X-Forwarded-For` is believed when attempts are counted by address.",
    )
    session_minutes: int = Field(
        15,
        ge=1,
        le=60,
        description="Minutes after which a session's cookie is not believed by itself any more: past half of them it "
        "is replaced unseen, as long as the session is open. No session ends by them; they are the longest that a "
        "service which is cut off from the log lets in whoever was signed out meanwhile.",
    )
    session_hours: int = Field(
        12,
        ge=1,
        le=24 * 30,
        description="Hours after which a session ends, in use or not; what was being written is kept.",
    )
    browser_days: int = Field(
        180,
        ge=1,
        le=390,
        description="Days for which a browser is known again after somebody came in by it: it does not wait for what "
        "others try at their address, and coming in by another one is told to them.",
    )
    fresh_minutes: int = Field(
        15,
        ge=1,
        le=24 * 60,
        description="Minutes after signing in during which persons are forgotten or exported, and accounts, roles and "
        "second factors changed, without proving anew who one is. Programs with a token are not asked.",
    )
    second_factor: str | None = Field(
        None,
        pattern=r"^((reader|editor|administrator|auditor)(,(reader|editor|administrator|auditor))*)?$",
        description="The roles that hold only in a session which began with a second factor, with commas between them, "
        "such as `administrator,editor`. Without it a second factor is offered to the team, and asked of whoever has "
        "set one.",
    )
    approving_by_another: bool = Field(
        False,
        description="Whether an issue of a bulletin is approved by somebody else than who wrote in it last.",
    )
    api_rate: int = Field(
        1200,
        ge=1,
        le=MOST,
        description="Requests a minute that one account, token or address may send to the API of a service.",
    )
    nats_url: str | None = Field(
        None,
        description="The NATS servers of `maillage serve`, as addresses such as `nats://nats-1:4222`, with commas "
        "between them. `maillage up` starts a server of its own.",
    )
    nats_seed_file: Path | None = Field(
        None, description="The file that holds the nkey seed by which `maillage serve` signs in to NATS."
    )
    readers: str = Field(
        "reader",
        pattern=r"^[a-z][a-z0-9-]{0,30}(,[a-z][a-z0-9-]{0,30})*$",
        description="The services from outside that read the log, by names of yours with commas between them; each "
        "has a key and a durable consumer of its own.",
    )
    services_at: str | None = Field(
        None,
        pattern=r"^[a-z]+=https?://[^,=]+(,[a-z]+=https?://[^,=]+)*$",
        description="Where the operator's command line reaches the services of `maillage serve`, such as "
        "`directory=http://directory:8000,events=http://events:8000`; their data folders are then `<data>/<service>`. "
        "Without it: the one service whose data folder it is, on this machine.",
    )
    checkpoint_seconds: float = Field(
        60,
        ge=1,
        le=24 * 3600,
        description="The longest that an event waits until the notary has signed it, in seconds.",
    )
    checkpoint_events: int = Field(
        100, ge=1, le=MOST, description="Events after which the notary signs without waiting any longer."
    )
    ledger_name: str | None = Field(
        None,
        pattern=r"^[^\s+]{1,200}$",
        description="The ledger's name in its checkpoints, best an address such as `exemple.fr/journal`. Fixed at the "
        "first checkpoint. Without it: `maillage/<network>`.",
    )
    mongo_url: str | None = Field(
        None,
        repr=False,
        description="The MongoDB that holds the views, as an address such as `mongodb://user:password@mongo:27017/?"
        "authSource=admin`; several replicas of a service need it. Without it: SQLite files, a process for each.",
    )
    mongo_password_file: Path | None = Field(
        None, description="The file that holds the password of the user in `MAILLAGE_MONGO_URL`, which then has none."
    )
    mongo_driver: Literal["motor", "pymongo"] = Field(
        "motor", description="The client of MongoDB: Motor, or PyMongo's own asynchronous one."
    )
    quiet_hours: str = Field(
        "1-5",
        pattern=r"^([01]?\d|2[0-3])-([01]?\d|2[0-4])$",
        description="The quiet hours of a night, in Paris, from one to the other: in them each service verifies one of "
        "its views a night, by building it again beside. Where the machine is off then, once a week at any hour.",
    )
    instance: str | None = Field(
        None,
        pattern=r"^[a-z0-9][a-z0-9-]{0,62}$",
        description="The name of this replica of the observatory, whose table is then in `observatory/<instance>` of "
        "the data folder; `auto` takes the first number that no other replica has. Without it there is one replica.",
    )
    smtp_host: str | None = Field(None, description="The mail server. Without it mails are written as .eml files.")
    smtp_port: int = Field(587, ge=1, le=65535, description="The port of the mail server.")
    smtp_user: str | None = Field(None, description="The account on the mail server, if it wants one.")
    smtp_password_file: Path | None = Field(
        None, description="The file that holds the password of that account; read anew at each connection."
    )
    smtp_password: str | None = Field(
        None,
        repr=False,
        validate_default=True,
        description="The password itself, where no file holds it. Whoever may look at the process reads it, so that "
        "a start warns; with containers it is not handed on.",
    )
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
    metrics_port: int | None = Field(
        None,
        ge=0,
        le=65535,
        description="The port of `/metrics` for Prometheus, apart from the fronts and never behind the gateway; 0 "
        "takes a free one. `maillage serve` tells its health there too, and opens its own port once it serves. "
        "Without it there are no metrics.",
    )
    otlp_endpoint: str | None = Field(
        None,
        pattern="^https?://",
        description="Where traces go: an OpenTelemetry collector that takes OTLP over HTTP, such as "
        "`http://collector:4318`. Without it there are no traces.",
    )
    keys_backup: Path | None = Field(
        None,
        description="A folder for the backup of the keys alone, kept apart from all other backups. It is replaced at "
        "each forgetting, at each start and every day. Without it nothing is written, and lost keys are lost.",
    )
    terms: bool | None = Field(
        None,
        description="Whether persons are forgotten by themselves when the terms below have ended. Without it: yes, "
        "but not in the sample network, whose persons are invented and of years long past.",
    )
    keep_contacts: int = Field(
        1096,
        ge=1,
        le=CENTURY,
        description="Days that a contact is kept after it was removed or its structure was closed.",
    )
    keep_claims: int = Field(
        365,
        ge=1,
        le=CENTURY,
        description="Days that a request to look after a structure's record is kept after it was answered.",
    )
    keep_accounts: int = Field(
        365, ge=1, le=CENTURY, description="Days that an account's name and address are kept after it was closed."
    )
    keep_members: int = Field(
        1827, ge=1, le=CENTURY, description="Days that the name of a person is kept who was a member, after leaving."
    )
    keep_seats: int = Field(
        1827, ge=1, le=CENTURY, description="Days that the name of who sat on the board is kept, after the seat."
    )
    keep_volunteers: int = Field(
        1096, ge=1, le=CENTURY, description="Days that a volunteer's name is kept after the end of the year."
    )
    keep_civic_services: int = Field(
        1827,
        ge=1,
        le=CENTURY,
        description="Days that the name of a young person in civic service is kept, after its end.",
    )
    keep_registrations: int = Field(
        1096, ge=1, le=CENTURY, description="Days that a registered person's name is kept after the gathering."
    )
    keep_subscribers: int = Field(
        1096,
        ge=1,
        le=CENTURY,
        description="Days that an address is kept after it was unsubscribed from everything, as proof of consent.",
    )
    keep_askers: int = Field(
        1096,
        ge=1,
        le=CENTURY,
        description="Days that the name of a person is kept who asked for an identification of actors, after its "
        "last answer.",
    )
    keep_survey_answers: int = Field(
        1096, ge=1, le=CENTURY, description="Days that the texts of answers to a survey are kept after it was closed."
    )
    keep_uploads: int = Field(
        1,
        ge=1,
        le=7,
        description="Days that a file sent for an import is kept, sealed, after the last thing done with it. It is "
        "erased as soon as the import begins.",
    )
    keep_pictures: int = Field(
        30,
        ge=1,
        le=CENTURY,
        description="Days that the file of a picture is kept once nothing shows it any more: what it stood in was "
        "withdrawn or dropped, or another took its place.",
    )
    keep_import_reports: int = Field(
        30, ge=1, le=366, description="Days that the list of the lines which an import left out is kept."
    )
    keep_requests: int = Field(
        30, ge=1, le=CENTURY, description="Days that an address is kept that never confirmed what it asked for."
    )

    keep_readings: int = Field(
        365,
        ge=180,
        le=1096,
        description="Days that it is kept who read whose personal data. CNIL recommends six months to one year.",
    )
    readings_alarm: int = Field(
        500,
        ge=1,
        le=MOST,
        description="Persons whose data one account may open within an hour, before that is told as unusual.",
    )
    readings_told: Literal["role", "account"] = Field(
        "role",
        description="How a person who asks for all that is kept of them is told who read it: by role, or also by the "
        "account's id.",
    )

    def with_own(self, own: Mapping[str, str]) -> Settings:
        """The same, with what the data of a network bring along where nothing else was set."""
        return self.model_copy(update={name: value for name, value in own.items() if name not in self.model_fields_set})

    @property
    def departments(self) -> tuple[str, ...]:
        """The codes of the departments of the region, in order; none where there is no region."""
        return tuple(sorted({code.strip() for code in (self.region or "").split(",")} - {""}))

    @property
    def second_factor_roles(self) -> tuple[str, ...]:
        """The roles that ask a second factor."""
        return tuple(filter(None, (self.second_factor or "").split(",")))

    def terms_run(self, network: str) -> bool:
        """Whether this network forgets by itself what has come to its term."""
        return self.terms if self.terms is not None else network != "exemple"

    @field_validator(
        "data", "nats_seed_file", "mongo_password_file", "smtp_password_file", "keys_backup", mode="before"
    )
    @classmethod
    def _path(cls, path: object) -> object:
        if isinstance(path, str) and not path.strip():  # it would be the folder in which we were started
            raise ValueError("it is empty: leave it out, or name what it is to name")
        return path

    @field_validator("*", mode="before")
    @classmethod
    def _text(cls, value: object) -> object:
        if isinstance(value, str | Path) and CONTROL.search(str(value)):
            raise ValueError("it holds more than one line of text in UTF-8")
        return value

    @field_validator("public_url", "otlp_endpoint")
    @classmethod
    def _url(cls, url: str | None) -> str | None:
        if not url:
            return url
        try:
            parts = urlsplit(url)
            fits = parts.scheme in ("http", "https") and parts.hostname and parts.port != 0
        except ValueError:  # a port that is none, half of an IPv6 address
            fits = False
        if not fits or re.search(r"[\s@?#<>\"]", url):
            raise ValueError("it is no address such as https://reseau.exemple.fr")
        return url

    @field_validator("host", "smtp_host")
    @classmethod
    def _host(cls, host: str | None, info: ValidationInfo) -> str | None:
        if host is None or HOST.fullmatch(host) or (not host and info.field_name == "smtp_host"):
            return host
        # An empty address to listen on would be every address of the machine.
        raise ValueError("it is no address of a machine, such as 127.0.0.1 or mail.exemple.fr")

    @field_validator("mail_from")
    @classmethod
    def _from(cls, address: str) -> str:
        if not MAIL_FROM.fullmatch(address):
            raise ValueError("it is no mail address such as reseau@exemple.fr")
        return address

    @field_validator("region")
    @classmethod
    def _departments(cls, text: str | None) -> str | None:
        for code in filter(None, (part.strip() for part in (text or "").split(","))):
            if not re.fullmatch(DEPARTMENT, code):
                raise ValueError(
                    f"{code[:20]} is no department's code; write them with commas between them, such as 09,31,2A or 974"
                )
        return text

    @field_validator("review")
    @classmethod
    def _review(cls, name: str | None) -> str | None:
        if name is not None and name not in printed_reviews():
            raise ValueError(f"no review is called so; there is {', '.join(printed_reviews())}")
        return name

    @field_validator("smtp_password")
    @classmethod
    def _password(cls, password: str | None, info: ValidationInfo) -> str | None:
        user = (info.data.get("smtp_user") or "").strip()
        file = info.data.get("smtp_password_file")
        if (password or "").strip() and file is not None:
            raise ValueError("it is set, while MAILLAGE_SMTP_PASSWORD_FILE names a file that holds it: leave one out")
        if user and file is None and not (password or "").strip():
            raise ValueError(
                "it is empty, while MAILLAGE_SMTP_USER names an account: name its file by MAILLAGE_SMTP_PASSWORD_FILE"
            )
        if (password or "").strip() and not user and info.data.get("smtp_user") is not None:
            raise ValueError("it is set, while MAILLAGE_SMTP_USER names no account")
        if password and not password.isprintable():  # bytes that are no text, and a second line, are not either
            raise ValueError("it holds more than one line of text")
        return password

    @field_validator("trusted_proxies")
    @classmethod
    def _networks(cls, text: str | None) -> str | None:
        for one in filter(None, (part.strip() for part in (text or "").split(","))):
            ip_network(one, strict=False)
        return text
