"""`maillage account …`: who may sign in. Over the HTTP API of the installation, with the secret of this machine."""

from __future__ import annotations

from typing import Annotated, Any

import typer
from rich.table import Table

from deploy.cli.console import DataOption, JsonOption, out, reached, run, settings_of
from deploy.cli.http_client import Client

account = typer.Typer(help="Accounts: who may sign in, with which roles.", no_args_is_help=True)
token = typer.Typer(help="Tokens: programs that act for an account.", no_args_is_help=True)
account.add_typer(token, name="token")
Address = Annotated[str, typer.Argument(help="The account's mail address.", show_default=False)]
DIRECTORY = "/directory/api"
PAGE = 500


def add_to(app: typer.Typer) -> None:
    """Puts these commands under `maillage`."""
    app.add_typer(account, name="account")


async def _found(client: Client, address: str) -> dict[str, Any]:
    found: dict[str, Any] = await client.post(f"{DIRECTORY}/accounts/find", {"email": address})
    return found


@account.command("open")
def open_(
    label: Annotated[str, typer.Option(help="The function, never a name: what journals show.", show_default=False)],
    email: Annotated[str, typer.Option(help="The address that signs in.", show_default=False)],
    role: Annotated[
        list[str] | None, typer.Option(help="SERVICE:ROLE or all:ROLE; may be repeated.", show_default=False)
    ] = None,
    data: DataOption = None,
) -> None:
    """Open an account. A link goes to the address; without a mail server it is printed here."""

    async def work() -> dict[str, Any]:
        async with reached(settings_of(data)) as client:
            asked = {"label": label, "email": email, "roles": role or []}
            opened: dict[str, Any] = await client.post(f"{DIRECTORY}/accounts", asked)
            return opened

    opened = run(work())
    out.print(f"Account {opened['entity']} is open.", highlight=False)
    _handed_over(opened["link"])


@account.command("ls")
def ls(data: DataOption = None, json: JsonOption = False) -> None:
    """List accounts by their function. Addresses are sealed and not shown."""

    async def work() -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = []
        async with reached(settings_of(data)) as client:
            while True:
                query = f"sort=order&size={PAGE}&page={len(found) // PAGE + 1}"
                page = await client.get(f"{DIRECTORY}/accounts?{query}")
                found += page["documents"]
                if len(found) >= page["total"] or not page["documents"]:
                    return found

    found = run(work())
    if json:
        out.print_json(data=found)
        return
    table = Table()
    for name in ("function", "kind", "open", "roles", "sessions", "tokens", "last sign-in"):
        table.add_column(name)
    for one in found:
        table.add_row(
            one["label"],
            one["kind"],
            "yes" if one["open"] else "no",
            ", ".join(one["roles"]),
            str(len(one["sessions"])),
            str(len(one["tokens"])),
            (one["seen"] or "never")[:16],
        )
    out.print(table)


@account.command("link")
def link(address: Address, data: DataOption = None) -> None:
    """Print a one-time sign-in link for an address, to hand over."""
    _handed_over(run(_posted(data, "/accounts/link", {"email": address}))["link"])


@account.command("first-link")
def first_link(data: DataOption = None) -> None:
    """Print the link of the first administrator again, as long as there is none."""
    _handed_over(run(_posted(data, "/accounts/first-link", {}))["link"])


@account.command("close")
def close(address: Address, data: DataOption = None) -> None:
    """Close an account: its sessions and tokens end at once."""
    run(_about(data, address, "close-account"))
    out.print("The account is closed.")


@account.command("reopen")
def reopen(address: Address, data: DataOption = None) -> None:
    """Reopen a closed account, with the roles that it had."""
    run(_about(data, address, "reopen-account"))
    out.print("The account is open again.")


@account.command("grant")
def grant(
    address: Address,
    role: Annotated[str, typer.Argument(help="SERVICE:ROLE or all:ROLE.", show_default=False)],
    data: DataOption = None,
) -> None:
    """Give an account a role."""
    where, _, name = role.partition(":")
    run(_about(data, address, "grant-role", where=where, role=name))
    out.print("The role is given.")


@account.command("grant-capability")
def grant_capability(
    address: Address,
    capability: Annotated[str, typer.Argument(help="approver or door.", show_default=False)],
    scope: Annotated[str | None, typer.Option(help="Id of the one bulletin or gathering.")] = None,
    until: Annotated[str | None, typer.Option(help="The last day of it, YYYY-MM-DD.")] = None,
    data: DataOption = None,
) -> None:
    """Give an account a capability, at one thing or at all."""
    run(_about(data, address, "grant-capability", capability=capability, scope=scope, until=until))
    out.print("The capability is given.")


@account.command("withdraw-capability")
def withdraw_capability(
    address: Address,
    capability: Annotated[str, typer.Argument(help="approver or door.", show_default=False)],
    scope: Annotated[str | None, typer.Option(help="Id of the one bulletin or gathering.")] = None,
    data: DataOption = None,
) -> None:
    """Take a capability from an account."""
    run(_about(data, address, "withdraw-capability", capability=capability, scope=scope))
    out.print("The capability is withdrawn.")


@account.command("withdraw")
def withdraw(
    address: Address,
    role: Annotated[str, typer.Argument(help="SERVICE:ROLE or all:ROLE.", show_default=False)],
    data: DataOption = None,
) -> None:
    """Take a role from an account."""
    where, _, name = role.partition(":")
    run(_about(data, address, "withdraw-role", where=where, role=name))
    out.print("The role is taken back.")


@account.command("end-sessions")
def end_sessions(address: Address, data: DataOption = None) -> None:
    """End all sessions of an account."""
    run(_about(data, address, "end-sessions"))
    out.print("All sessions of the account have ended.")


@account.command("reset-second-factor")
def reset_second_factor(
    address: Address,
    reason: Annotated[str | None, typer.Option(help="Why: it stands in the log, so no name.")] = None,
    data: DataOption = None,
) -> None:
    """Take the second factor of an account away, whose holder has lost telephone and recovery codes. Be sure that it is
    they who ask."""

    async def work() -> dict[str, Any]:
        async with reached(settings_of(data)) as client:
            whose = await _found(client, address)
            path = f"{DIRECTORY}/accounts/{whose['account']}/second-factor/reset"
            answer: dict[str, Any] = await client.post(path, {"reason": reason})
            return answer

    done = run(work())
    out.print("The second factor is gone." if done["changed"] else "This account has none.")


@account.command("rotate-key")
def rotate_key(
    at_once: Annotated[
        bool, typer.Option("--at-once", help="What the old key signed ends now: everybody signs in again.")
    ] = False,
    data: DataOption = None,
) -> None:
    """Sign sessions with a new key. The old one stays good until what it signed has run out."""
    found = run(_posted(data, "/signing-key/rotate", {"at_once": at_once}))
    out.print(f"Sessions are signed with key {found['signing_key']} from now on.", highlight=False)


@token.command("issue")
def token_issue(
    address: Address,
    name: Annotated[str, typer.Option(help="What it is for.", show_default=False)],
    scope: Annotated[list[str], typer.Option(help="SERVICE:ROLE; may be repeated.", show_default=False)],
    days: Annotated[int, typer.Option(min=1, max=366, help="How long it is good.")] = 90,
    data: DataOption = None,
) -> None:
    """Issue a token, and print its secret, which is told this once."""

    async def work() -> dict[str, Any]:
        async with reached(settings_of(data)) as client:
            whose = await _found(client, address)
            asked = {"name": name, "scopes": scope, "days": days}
            issued: dict[str, Any] = await client.post(f"{DIRECTORY}/accounts/{whose['account']}/tokens", asked)
            return issued

    out.print(run(work())["secret"], highlight=False, soft_wrap=True)


@token.command("ls")
def token_ls(address: Address, data: DataOption = None) -> None:
    """List the tokens of an account."""

    async def work() -> list[dict[str, Any]]:
        async with reached(settings_of(data)) as client:
            whose = await _found(client, address)
            document = await client.get(f"{DIRECTORY}/accounts/{whose['account']}")
            found: list[dict[str, Any]] = document["tokens"]
            return found

    table = Table()
    for title in ("token", "for", "scopes", "until"):
        table.add_column(title)
    for one in run(work()):
        table.add_row(one["token"], one["name"], ", ".join(one["scopes"]), one["ends"][:10])
    out.print(table)


@token.command("withdraw")
def token_withdraw(
    address: Address,
    token: Annotated[str, typer.Argument(help="The token's id, as `token ls` says it.", show_default=False)],
    data: DataOption = None,
) -> None:
    """Make a token good no more."""
    run(_about(data, address, "withdraw-token", token=token))
    out.print("The token is withdrawn.")


async def _posted(data: Any, path: str, body: dict[str, Any]) -> dict[str, Any]:
    async with reached(settings_of(data)) as client:
        answer: dict[str, Any] = await client.post(DIRECTORY + path, body)
        return answer


async def _about(data: Any, address: str, command: str, **fields: Any) -> None:
    """Sends a command about the account of an address."""
    async with reached(settings_of(data)) as client:
        whose = await _found(client, address)
        await client.post(f"{DIRECTORY}/commands/{command}", {"account": whose["account"], **fields})


def _handed_over(link: str | None) -> None:
    if link is None:
        out.print("A mail with a sign-in link is on its way.")
    else:
        out.print("To hand over; it is good once:", style="dim")
        out.print(link, highlight=False, soft_wrap=True)
