"""`maillage deploy …`: what an installation of containers needs besides: secrets, each user's apart, MongoDB's users,
and the services' data folders as one."""

from __future__ import annotations

import os
import secrets
import shutil
import sys
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Annotated

import typer
from pymongo import MongoClient
from pymongo.errors import PyMongoError

from deploy.cli.console import out, settings_of
from deploy.host.data_folder import EMPTY_NETWORK, CannotStart
from deploy.host.embedded import access
from shared.base.secret_files import PASSWORD, read_secret
from shared.base.services import SERVICES
from shared.kernel.broker.connection import OPERATOR
from shared.kernel.stores import password_in
from shared.ledger.archiver import KEY_FILE, SIGNED_FILE
from shared.runtime.nats.server_config import Node, seed_of, write, write_secret

deploy = typer.Typer(
    help="What an installation of containers needs besides (docker-compose.yml).", no_args_is_help=True
)
GRAFANA = "grafana"
ROOT = "root"
MAIL = "smtp.password"
MAILING = ("directory", "newsletter")
"""The services that send mails"""


def add_to(app: typer.Typer) -> None:
    """Puts these commands under `maillage`."""
    app.add_typer(deploy, name="deploy")


@deploy.command("secrets")
def secrets_(
    folder: Annotated[
        Path, typer.Argument(help="Where they go: `all` has everything, and each user a folder of its own.")
    ],
    node: Annotated[list[str], typer.Option(help="The host name of a NATS node; given for each.")],
    anew: Annotated[
        list[str] | None,
        typer.Option(help="Whose secrets are made anew: a service's name, operator, system, a reader, or routes."),
    ] = None,
) -> None:
    """Make the keys and passwords that are missing, the configuration of the NATS nodes, and hand out to each its
    own."""
    settings = settings_of(None)
    routes = [f"{name}:6222" for name in node] if len(node) > 1 else []
    nodes = [Node(name, "/data", "0.0.0.0:4222", routes, monitoring="0.0.0.0:8222") for name in node]
    try:
        allowed = access(settings.network or EMPTY_NETWORK, settings.readers.split(","))
        for name in anew or ():
            _forget(folder / "all", name, allowed.users)
        write(folder / "all", allowed, nodes)
        passwords = {name: _password(folder / "all", name) for name in (*SERVICES, ROOT, GRAFANA)}
        _hand_out(folder, [node.name for node in nodes], passwords)
    except (ValueError, OSError) as error:
        raise CannotStart(f"{error}.") from error
    out.print(
        f"{folder}: {len(nodes)} nodes, {len(allowed.users)} keys, {len(passwords)} passwords.",
        highlight=False,
        soft_wrap=True,
    )


def _hand_out(folder: Path, nodes: Sequence[str], passwords: dict[str, str]) -> None:
    """To each its own, and nothing else. What images with users of their own read is closed by its volume alone."""
    kept = folder / "all"
    for name in ("accounts.conf", *(f"{node}.conf" for node in nodes)):
        _put(folder / "nats" / name, (kept / name).read_text())
    for name in (OPERATOR, *SERVICES):
        _put(folder / name / "nats.nk", seed_of(kept / "keys", name).read_text())
    for name in SERVICES:
        _put(folder / name / "mongo.password", passwords[name])
        _put(folder / OPERATOR / f"mongo.{name}.password", passwords[name])
    _put(folder / OPERATOR / "mongo.password", passwords[ROOT])
    _hand_out_mail(folder)
    _put(folder / "mongo" / "root.password", passwords[ROOT], everybody=True)
    _put(folder / GRAFANA / "admin.password", passwords[GRAFANA], everybody=True)
    _put(folder / "gateway" / "README", "The gateway's certificates and their authority.\n")


def _put(path: Path, text: str, everybody: bool = False) -> None:
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    if not path.exists() or path.read_text() != text:
        write_secret(path, text)
    if everybody:
        path.chmod(0o444)
        path.parent.chmod(0o755)


@deploy.command("mail-password")
def mail_password(
    folder: Annotated[Path, typer.Argument(help="Where `maillage deploy secrets` hands out.")],
) -> None:
    """Keep the password of MAILLAGE_SMTP_USER, and give it to the two services that send mails. It is asked for, or
    read from standard input; services take it at their next connection."""
    given = typer.prompt("Password", hide_input=True, err=True) if sys.stdin.isatty() else sys.stdin.read()
    kept, text = folder / "all" / "passwords" / MAIL, given.strip()
    if wrong := PASSWORD.wrong(text.encode(errors="replace")) if text else "is empty":
        raise CannotStart(f"What was given {wrong}: it is no password, and nothing has changed.")
    try:
        kept.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        write_secret(kept, f"{text}\n")
        _hand_out_mail(folder)
    except OSError as error:
        raise CannotStart(f"{error}.") from error
    out.print(f"{folder}: the mail server's password, for {' and '.join(MAILING)}.", highlight=False, soft_wrap=True)


def _hand_out_mail(folder: Path) -> None:
    kept = folder / "all" / "passwords" / MAIL
    for name in MAILING if kept.exists() else ():
        _put(folder / name / MAIL, read_secret(kept, PASSWORD).decode() + "\n")


def _password(kept: Path, name: str) -> str:
    path = kept / "passwords" / f"{name}.password"
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        write_secret(path, secrets.token_urlsafe(32))
    return read_secret(path, PASSWORD).decode()


def _forget(kept: Path, name: str, names: Iterable[str]) -> None:
    """Raises ValueError for a name that has no secret."""
    if name == "routes":
        (kept / "keys" / "routes.password").unlink(missing_ok=True)
    elif name in names:
        seed_of(kept / "keys", name).unlink(missing_ok=True)
        (kept / "passwords" / f"{name}.password").unlink(missing_ok=True)
    else:
        raise ValueError(f"{name} has no secret here")


@deploy.command("mongo-users")
def mongo_users(
    folder: Annotated[Path, typer.Argument(help="Where the services' passwords lie: mongo.<service>.password.")],
) -> None:
    """Make a MongoDB user for each service, or give it its password anew. As the user of MAILLAGE_MONGO_URL."""
    settings = settings_of(None)
    if settings.mongo_url is None or settings.mongo_password_file is None:
        raise CannotStart("MAILLAGE_MONGO_URL and MAILLAGE_MONGO_PASSWORD_FILE say where MongoDB is.")
    network = settings.network or EMPTY_NETWORK
    try:
        password = password_in(settings.mongo_password_file)
        with MongoClient[dict[str, object]](
            settings.mongo_url, password=password, serverSelectionTimeoutMS=20_000
        ) as client:
            there = {user["user"] for user in client.admin.command("usersInfo")["users"]}
            for name in SERVICES:
                client.admin.command(
                    "updateUser" if name in there else "createUser",
                    name,
                    pwd=password_in(folder / f"mongo.{name}.password"),
                    roles=[{"role": "readWrite", "db": f"{network}_{name}"}],
                )
    except (PyMongoError, OSError) as error:
        raise CannotStart(f"MongoDB's users could not be made ({type(error).__name__}).") from None
    out.print(f"MongoDB: {len(SERVICES)} users, each for its own database.", highlight=False)


@deploy.command()
def gather(
    folder: Annotated[Path, typer.Argument(help="Where the services' data folders lie side by side, by their names.")],
    to: Annotated[Path, typer.Argument(help="A folder that is made: all of them as one, by links.")],
) -> None:
    """Show the data folders of all services as one, as `maillage backup` reads it. Copies nothing."""
    services = gathered(folder, to)
    out.print(f"{to}: the data folders of {', '.join(services)} as one.", highlight=False, soft_wrap=True)


def gathered(folder: Path, to: Path) -> list[str]:
    """`gather`, and the services that have begun."""
    for path in to.rglob("*") if to.exists() else ():
        if (
            path.is_symlink() and not path.exists()
        ):  # what was gathered before, and is no more: a link that is used, a key
            path.unlink()
    for source, name in _pieces(folder, to):
        name.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        name.unlink(missing_ok=True)
        name.symlink_to(source.absolute())
    return _services_in(folder)


def _services_in(folder: Path) -> list[str]:
    return [name for name in SERVICES if (folder / name / "installation.json").exists()]


def _pieces(folder: Path, to: Path) -> Iterator[tuple[Path, Path]]:
    """What is linked, and as what. The files of services have names of their own; what is of one process stays
    there."""
    for service in _services_in(folder):
        own = folder / service
        yield own / "installation.json", to / "installation.json"
        for path in sorted((own / "keys").iterdir()):
            if path.name.startswith(f"{service}.") or path.name in (KEY_FILE, SIGNED_FILE):
                yield path, to / "keys" / path.name
        for path in sorted((own / "files").rglob("*")):
            if path.is_file():
                yield path, to / path.relative_to(own)
        if (own / "archive").exists():
            yield own / "archive", to / "archive"


@deploy.command()
def spread(
    whole: Annotated[Path, typer.Argument(help="A data folder that `maillage restore` made; it goes away.")],
    folder: Annotated[Path, typer.Argument(help="Where the services' data folders lie side by side, by their names.")],
) -> None:
    """Give each service its own of a restored data folder. Its views are built again from the log at its start."""
    begun = [name for name in SERVICES if (folder / name / "keys").exists()]
    if begun or not (whole / "installation.json").exists():
        raise CannotStart(
            f"{', '.join(begun)}: there is something already." if begun else f"{whole} is no data folder."
        )
    for service in SERVICES:
        (folder / service).mkdir(parents=True, exist_ok=True)
        shutil.copy2(whole / "installation.json", folder / service / "installation.json")
        (folder / service / "keys").mkdir(mode=0o700)
        for path in (whole / "keys").glob(f"{service}.*"):
            shutil.copy2(path, folder / service / "keys" / path.name)
        if (whole / "files" / service).exists():
            shutil.copytree(whole / "files" / service, folder / service / "files" / service)
    for name in (KEY_FILE, SIGNED_FILE):
        if (whole / "keys" / name).exists():
            shutil.copy2(whole / "keys" / name, folder / "observatory" / "keys" / name)
    shutil.copytree(whole / "archive", folder / "observatory" / "archive")
    os.sync()
    shutil.rmtree(whole)
    out.print(f"{folder}: each service has its own.", highlight=False, soft_wrap=True)
