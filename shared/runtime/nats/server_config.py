"""The configuration of NATS servers: accounts, users, permissions, nodes; and the users' nkeys.

The same text serves an embedded server and a cluster of nodes; deploy/nats/README.md explains it and
deploy/nats/example shows it. Everybody lives in an account of their own and reaches the log, which is the operator's,
by imports alone: so a reply subject of theirs means something to themselves only, and nobody but the operator can name
a subject of the log's account, or of another's, to which the server delivers.
"""

from __future__ import annotations

import os
import re
import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import nkeys
import orjson

from shared.base.secret_files import PASSWORD, SEED, read_secret
from shared.kernel.broker.connection import API, OPERATOR, SERVICES_API
from shared.kernel.eventlog.ordered_reader import told_subject as told
from shared.runtime.nats.canary import subject_of as canary

SYSTEM = "system"
"""The user of the system account: reports of the cluster, its leader, its peers. It does not see the log."""
READER = "reader"

_WORD = re.compile(r"[a-z][a-z0-9-]{0,30}").fullmatch
Durables = Mapping[str, Sequence[str]]
"""user → the durable consumers that are its own"""


@dataclass(frozen=True)
class Access:
    """Who may connect to the log of one network. `services` and `readers`: name → its durable consumers."""

    network: str
    services: Durables = field(default_factory=dict)
    readers: Durables = field(default_factory=lambda: {READER: ()})

    def __post_init__(self) -> None:
        """Raises ValueError: these words become subjects and the names of files."""
        if self.network in ("ask", "told"):
            raise ValueError(f"a network can't be called {self.network}: questions and news go by that name")
        for name in (self.network, *self.users):
            if not _WORD(name) or name in ("log", "sys") or len(self.users) != len(set(self.users)):
                raise ValueError(f"{name}: names are small letters, digits and hyphens, and each stands once")

    @property
    def users(self) -> list[str]:
        return [OPERATOR, SYSTEM, *self.services, *self.readers]

    def durables(self, name: str) -> Sequence[str]:
        return self.services[name] if name in self.services else self.readers[name]


UNLIMITED = 1 << 50
"""Bytes; the disk ends before. A node's configuration is written elsewhere, by whoever does not know its disk"""


@dataclass(frozen=True)
class Node:
    """One server. `routes`: the addresses `host:port` of all nodes of its cluster, none for a server alone.
    `most`: bytes that its store may take; without a word of it the server takes three quarters of what is free at its
    start, and a store that has more than that already would take nothing any more, with a quarter of the disk free.
    `monitoring`: where the server's own pages are, `host:port`; they ask for no key, so keep them inside."""

    name: str
    store: str
    listen: str = "127.0.0.1:4222"
    routes: Sequence[str] = ()
    route_listen: str = "0.0.0.0:6222"
    route_password: str = field(default="", repr=False)
    monitoring: str | None = None
    most: int = UNLIMITED
    leaf_listen: str | None = None
    """Where servers of readers connect as leaves, `host:port`: by TLS, signed in by the reader's nkey"""
    certificates: str = ""
    """Folder, as the server sees it, of `ca.crt`, `<name>.crt` and `<name>.key`: routes then speak TLS, with these at
    both ends"""


def seed_of(folder: Path, user: str) -> Path:
    """The file of a user's seed, which whoever runs as this user needs, and nobody else."""
    return folder / f"{user}.nk"


def make_seeds(folder: Path, users: Iterable[str]) -> dict[str, str]:
    """Makes the seed of each user that has none in `folder`, in a file only we read; user → public nkey."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    found = {}
    for user in users:
        path = seed_of(folder, user)
        if not path.exists() and not path.is_symlink():
            seed = nkeys.encode_seed(secrets.token_bytes(32), nkeys.PREFIX_BYTE_USER)
            write_secret(path, seed.decode() + "\n")
        found[user] = public_key(path)
    return found


def public_key(path: Path) -> str:
    """The public nkey (`U…`) of a seed's file. Raises SecretUnfit."""
    return str(nkeys.from_seed(bytearray(read_secret(path, SEED))).public_key.decode())


def write_secret(path: Path, text: str) -> None:
    """Writes a file that only we read, whole or not at all."""
    draft = path.with_name(f"{path.name}.new")
    with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)


def node_config(node: Node, accounts: str = "accounts.conf") -> str:
    """The configuration of one server, which includes the accounts from the file beside it."""
    parts = [
        f"server_name: {node.name}",
        f'listen: "{node.listen}"',
        "max_payload: 1MB",
        'write_deadline: "10s"',
        f"jetstream {{\n  store_dir: {orjson.dumps(node.store).decode()}\n  max_file_store: {node.most}\n"
        "  sync_interval: always\n}",
    ]
    if node.monitoring:
        parts.append(f'http: "{node.monitoring}"')
    if node.routes:
        login = f"routes:{node.route_password}"
        routes = "\n".join(f'    "nats-route://{login}@{address}"' for address in node.routes)
        parts.append(
            f'cluster {{\n  name: maillage\n  listen: "{node.route_listen}"\n  no_advertise: true\n'
            f'  authorization {{ user: routes, password: "{node.route_password}", timeout: 5 }}\n'
            f"{_tls(node, True) if node.certificates else ''}  routes: [\n{routes}\n  ]\n}}"
        )
    if node.leaf_listen:
        parts.append(f'leafnodes {{\n  listen: "{node.leaf_listen}"\n{_tls(node, False)}}}')
    parts.append(f'include "{accounts}"')
    return "\n".join(parts) + "\n"


def _tls(node: Node, both_ends: bool) -> str:
    """`both_ends`: whoever connects shows a certificate too."""
    cert, key, ca = (
        orjson.dumps(f"{node.certificates}/{name}").decode()
        for name in (f"{node.name}.crt", f"{node.name}.key", "ca.crt")
    )
    return (
        f"  tls {{ cert_file: {cert}, key_file: {key}, ca_file: {ca}, verify: {str(both_ends).lower()}, timeout: 5 }}\n"
    )


def accounts_config(keys: Mapping[str, str], access: Access | None) -> str:
    """The accounts, for every node alike. `keys`: user → public nkey. Without `access` there is the operator alone."""
    owner = [_listed("users", [_user(keys[OPERATOR])])]
    if access is None:
        return f"accounts {{\n{_account('LOG', ['jetstream: enabled', *owner])}}}\n"
    parts = [_account("LOG", ["jetstream: enabled", *owner, _listed("exports", list(_exports(access)))])]
    for name in access.services:
        parts.append(
            _account(
                _own(name),
                [
                    _listed("users", [_service(keys[name], name, access)]),
                    _listed("imports", [*_writes(access, name), *_reads(access, name), *_asks(access, name)]),
                    _listed("exports", list(_answers(access, name))),
                ],
            )
        )
    for name in access.readers:
        parts.append(
            _account(
                _own(name),
                [_listed("users", [_reader(keys[name], name, access)]), _listed("imports", list(_reads(access, name)))],
            )
        )
    parts.append(_account("SYS", [_listed("users", [_user(keys[SYSTEM])])]))
    return f"accounts {{\n{''.join(parts)}}}\nsystem_account: SYS\n"


def _own(user: str) -> str:
    """The account of a user."""
    return user.upper()


def _calls(access: Access, durables: Iterable[str] = ()) -> list[tuple[str, bool]]:
    """What is asked of JetStream to read the log and by durable consumers, and whether an answer has several
    messages."""
    found = [(f"STREAM.INFO.{access.network}", False), (f"DIRECT.GET.{access.network}", True)]
    for durable in durables:
        found.append((f"CONSUMER.INFO.{access.network}.{durable}", False))
        found.append((f"CONSUMER.MSG.NEXT.{access.network}.{durable}", True))
    return found


def _exports(access: Access) -> Iterable[str]:
    """What the log's account gives to whom."""
    everybody = [*access.services, *access.readers]
    for name in access.services:
        yield _export(_events(access, name), [name])
        yield _export(canary(access.network, name), [name])
    for call, many in _calls(access):
        yield _export(f"{API}.{call}", everybody, many)
    for name in everybody:
        for call, many in _calls(access, access.durables(name))[2:]:
            yield _export(f"{API}.{call}", [name], many)
        for durable in access.durables(name):
            yield _export(_acks(access, durable), [name])
    yield f'{{ stream: "{told(access.network)}", accounts: [{_accounts(everybody)}] }}'


def _export(subject: str, users: Iterable[str], many: bool = False) -> str:
    # Where an answer has several messages the server can't tell which is the last: it forgets the way back in time.
    way = ', response_type: stream, threshold: "30s"' if many else ""
    return f'{{ service: "{subject}", accounts: [{_accounts(users)}]{way} }}'


def _accounts(users: Iterable[str]) -> str:
    return ", ".join(_own(user) for user in users)


def _writes(access: Access, name: str) -> Iterable[str]:
    """What a service imports to write its events, and to know whether it could."""
    yield _import(_events(access, name))
    yield _import(canary(access.network, name))


def _reads(access: Access, name: str) -> Iterable[str]:
    """What a user imports to read the log."""
    durables = access.durables(name)
    for call, _ in _calls(access, durables):
        yield _import(f"{API}.{call}", to=f"{SERVICES_API}.{call}")
    for durable in durables:
        yield _import(_acks(access, durable))
    yield f'{{ stream: {{ account: LOG, subject: "{told(access.network)}" }} }}'


def _asks(access: Access, name: str) -> Iterable[str]:
    """What a service imports to ask the others, under its own name only."""
    for other in access.services:
        if other != name:
            yield _import(f"ask.{access.network}.{other}.{name}.>", _own(other))


def _answers(access: Access, name: str) -> Iterable[str]:
    """What a service exports to be asked, each other one under that one's name."""
    for other in access.services:
        if other != name:
            yield _export(f"ask.{access.network}.{name}.{other}.>", [other])


def _import(subject: str, account: str = "LOG", to: str | None = None) -> str:
    here = f', to: "{to}"' if to else ""
    return f'{{ service: {{ account: {account}, subject: "{subject}" }}{here} }}'


def _service(key: str, name: str, access: Access) -> str:
    network = access.network
    publish = [_events(access, name), canary(network, name), f"ask.{network}.*.{name}.>", *_reading(access, name)]
    subscribe = [f"_INBOX.{name}.>", f"ask.{network}.{name}.>", told(network)]
    # To answer a question: once, to where it came from. shared/runtime/request_reply.py answers into inboxes only.
    return _user(key, publish, subscribe, 'allow_responses: { max: 1, expires: "15s" }')


def _reader(key: str, name: str, access: Access) -> str:
    return _user(key, _reading(access, name), [f"_INBOX.{name}.>", told(access.network)])


def _reading(access: Access, name: str) -> list[str]:
    """What a user publishes to read the log."""
    durables = access.durables(name)
    calls = [f"{SERVICES_API}.{call}" for call, _ in _calls(access, durables)]
    return calls + [_acks(access, durable) for durable in durables]


def _events(access: Access, name: str) -> str:
    return f"{access.network}.{name}.>"


def _acks(access: Access, durable: str) -> str:
    return f"$JS.ACK.{access.network}.{durable}.>"


def _user(key: str, publish: Sequence[str] = (), subscribe: Sequence[str] = (), more: str = "") -> str:
    if not publish:
        return f"{{ nkey: {key} }}"
    allowed = [
        f"{way}: {{ allow: [\n{_quoted(subjects)}        ] }}"
        for way, subjects in (("publish", publish), ("subscribe", subscribe))
    ]
    inside = "\n        ".join([*allowed, *([more] if more else [])])
    return f"{{ nkey: {key}, permissions: {{\n        {inside}\n      }} }}"


def _quoted(subjects: Sequence[str]) -> str:
    return "".join(f'          "{subject}"\n' for subject in subjects)


def _listed(name: str, items: Sequence[str]) -> str:
    return f"{name}: [\n{''.join(f'      {item}{chr(10)}' for item in items)}    ]"


def _account(name: str, parts: Sequence[str]) -> str:
    inside = "".join(f"    {part}\n" for part in parts)
    return f"  {name}: {{\n{inside}  }}\n"


def write(folder: Path, access: Access, nodes: Sequence[Node]) -> None:
    """Writes what a cluster's nodes and the users need: `<folder>/accounts.conf`, `<node>.conf`, `keys/<user>.nk`.

    What is there of keys stays, so that it may be run again after an upgrade or for another reader; then the nodes are
    to load their configuration again. The nodes' password for each other is kept in `keys/routes.password`. Raises
    SecretUnfit.
    """
    keys = make_seeds(folder / "keys", access.users)
    password = folder / "keys" / "routes.password"
    if not password.exists():
        write_secret(password, secrets.token_urlsafe(32))
    write_secret(folder / "accounts.conf", accounts_config(keys, access))
    known = read_secret(password, PASSWORD).decode()
    for node in nodes:
        write_secret(folder / f"{node.name}.conf", node_config(replace(node, route_password=known)))
