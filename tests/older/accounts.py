"""The history's part of accounts: opened, given roles, signed in by link and by password, tokens, closed; keys of
sessions."""

from __future__ import annotations

from tests.older.house import House
from tests.older.structures import signed_in

PASSWORD = "quatre mots d’exemple invente"


def kept(house: House) -> None:
    """Two administrators and an editor; one administrator closes and comes back without that role."""

    def do(command: str, **fields: object) -> None:
        house.do("directory", command, **fields)

    chief, cookie = opened(house, "personne-chef@exemple.invalid", "Direction", ["all:administrator"])
    second, _ = opened(house, "personne-second@exemple.invalid", "Secrétariat", ["all:administrator", "events:editor"])
    third, _ = opened(house, "personne-trois@exemple.invalid", "Comptabilité", [], name="Personne Exemple Quatorze")
    do("revise-account", account=third, label="Trésorerie", name="Personne Exemple Quatorze-Bis")
    do("grant-role", account=third, where="membership", role="editor")
    do("withdraw-role", account=second, where="all", role="administrator")
    do("set-roles", account=third, roles=["observatory:auditor", "directory:reader"])
    house.send("/directory/me/password", cookie=cookie, password=PASSWORD)
    by_password = house.send("/directory/sign-in", email="personne-chef@exemple.invalid", password=PASSWORD)
    house.send("/directory/sign-out", cookie=by_password.headers["Set-Cookie"].partition(";")[0])
    do("end-sessions", account=second)
    token = house.post(
        f"/directory/api/accounts/{chief}/tokens",
        {"name": "Tableur exemple", "scopes": ["directory:reader"], "days": 300},
    )["token"]
    do("withdraw-token", account=chief, token=token)
    house.post(
        f"/directory/api/accounts/{chief}/tokens",
        {"name": "Tableur exemple deux", "scopes": ["observatory:reader"], "days": 366},
    )
    do("close-account", account=third, reason="Départ.")
    do("close-account", account=second, reason="Départ.")
    do("reopen-account", account=second)
    house.post("/directory/api/signing-key/rotate", {"at_once": True})


def opened(house: House, email: str, label: str, roles: list[str], **more: str) -> tuple[str, str]:
    """An account that has signed in by its link: its id, and the cookie."""
    wanted = {"email": email, "label": label, "roles": roles, **more}
    account = house.post("/directory/api/accounts", wanted)["entity"]
    return account, signed_in(house, house.link(email, "/directory/sign-in/link/"))
