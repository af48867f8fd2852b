"""The installation that is attacked: a few records, somebody of each kind, and who they are to it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from http.client import HTTPConnection
from itertools import count
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

from tests.fixtures.installation import Up, open_bulletin, post_json

SERVICES = ("directory", "membership", "events", "newsletter", "observatory")
ROLES = ("reader", "editor", "auditor", "administrator")
NAME = "Zénobie Quatremère"  # of the one contact
CONTACT = "contact@exemple.invalid"
_addresses = count(1)


@dataclass(frozen=True)
class Answer:
    """What came back."""

    status: int
    headers: Mapping[str, str]
    text: str

    def json(self) -> Any:
        return json.loads(self.text)


@dataclass
class House:
    """An installation, the headers of those who come to it, and the ids of what is there."""

    up: Up
    url: str
    who: dict[str, dict[str, str]] = field(default_factory=dict)
    ids: dict[str, str] = field(default_factory=dict)

    @classmethod
    def open(cls, data: Path) -> House:
        up = Up(data, ["--no-sample"], {"MAILLAGE_API_RATE": "10000000", "MAILLAGE_TRUSTED_PROXIES": "127.0.0.1"})
        try:
            house = cls(up, up.start().wait())
            house._furnish()
        except BaseException:
            up.kill(children=True)
            raise
        return house

    def _furnish(self) -> None:
        up, who = self.up, self.who
        who["operator"] = up.operator
        structure = self.do("directory", "register-structure", name="Eau vive", kind="association")
        self.ids["structure"] = structure
        open_bulletin(self.url)
        self.ids["contact"] = self.do("directory", "add-contact", structure=structure, name=NAME, email=CONTACT)
        who["nobody"] = {}
        for role in ROLES:
            who[role] = up.signed_in(f"all:{role}")
        for service in SERVICES:
            others = (f"{other}:administrator" for other in SERVICES if other != service)
            who[f"elsewhere than {service}"] = up.signed_in(*others)
        who["contact"] = self.come_in(self.link(CONTACT))
        who["narrow token"] = {
            "Authorization": f"Bearer {self.token('all:administrator', *(f'{s}:reader' for s in SERVICES))}"
        }
        account, headers = self.account("all:administrator")
        who["closed account"] = headers
        self.ids["closed token"] = self.token("", "directory:reader", account=account)
        self.do("directory", "close-account", account=account)
        self.ids["account"], _ = self.account("all:reader")

    def account(self, *roles: str) -> tuple[str, dict[str, str]]:
        """An account, and its browser's headers."""
        email = f"personne-{uuid4().hex}@exemple.invalid"
        opened = post_json(
            f"{self.url}/directory/api/accounts", {"email": email, "label": "Essai", "roles": list(roles)}
        )
        return str(opened["entity"]), self.come_in(self.link(email))

    def link(self, email: str) -> str:
        return str(post_json(f"{self.url}/directory/api/accounts/link", {"email": email})["link"])

    def come_in(self, link: str) -> dict[str, str]:
        """Follows a sign-in link; the headers of that browser."""
        answer = self.ask("POST", urlsplit(link).path, {"Origin": self.url})
        assert answer.status == 303, answer.text
        return {"Cookie": answer.headers["set-cookie"].partition(";")[0], "Origin": self.url}

    def token(self, role: str, *scopes: str, account: str | None = None) -> str:
        """A token within `scopes`, of an account that may more."""
        account = account or self.account(role)[0]
        body = {"name": "Essai", "scopes": list(scopes), "days": 1}
        return str(post_json(f"{self.url}/directory/api/accounts/{account}/tokens", body)["secret"])

    def do(self, service: str, command: str, **body: Any) -> str:
        """Lets the operator send a command; the entity's id."""
        return str(post_json(f"{self.url}/{service}/api/commands/{command}", body)["entity"])

    def ask(
        self, method: str, path: str, headers: Mapping[str, str] | None = None, body: bytes | str | None = None
    ) -> Answer:
        """One request, not following where it leads; from an address of its own, so that no limit is in the way."""
        connection = HTTPConnection(urlsplit(self.url).netloc, timeout=60)
        try:
            connection.request(method, path, body, {"X-Forwarded-For": self.address(), **(headers or {})})
            got = connection.getresponse()
            names = {name.lower(): value for name, value in reversed(got.getheaders())}  # of several the first
            return Answer(got.status, names, got.read().decode(errors="replace"))
        finally:
            connection.close()

    def address(self) -> str:
        number = next(_addresses)
        return f"10.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}"

    def post(self, path: str, body: Any, who: str = "operator", **headers: str) -> Answer:
        """A body of JSON."""
        given = {**self.who[who], "Content-Type": "application/json", **headers}
        return self.ask("POST", path, given, body if isinstance(body, str | bytes) else json.dumps(body))

    def form(self, path: str, body: str | bytes, who: str = "nobody", **headers: str) -> Answer:
        given = {**self.who[who], "Content-Type": "application/x-www-form-urlencoded", **headers}
        return self.ask("POST", path, given, body)

    def get(self, path: str, who: str = "operator", **headers: str) -> Answer:
        return self.ask("GET", path, {**self.who[who], **headers})

    def last(self) -> int:
        """The sequence of the last event."""
        return int(self.get("/observatory/api/state").json()["last"])
