"""What the pages and programs say of accounts: answers, checked before they become commands."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any, get_args

from pydantic import BaseModel, ConfigDict, Field

from services.directory.accounts.domain.account import GrantText, Label
from services.directory.accounts.domain.tokens import Scope, TokenName
from shared.base.services import SERVICES
from shared.contract.directory.accounts import Role
from shared.contract.fields import MailAddress
from shared.contract.personal import PersonalText
from shared.identity.capabilities import OFFERED, standing
from shared.identity.principal import GIVES, Who
from shared.kernel.views.projection import Document

ROLES: tuple[Role, ...] = ("reader", "editor", "administrator", "auditor")
WHERES = ("all", *SERVICES)


class Answers(BaseModel):
    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)


class AccountWanted(Answers):
    """Whom to open an account for."""

    label: Label
    email: MailAddress
    name: PersonalText | None = None
    roles: list[GrantText] = Field([], max_length=24)


class Named(Answers):
    """A new label."""

    label: Label


class TokenWanted(Answers):
    """What a program may do, and for how many days."""

    name: TokenName
    scopes: list[Scope] = Field(min_length=1, max_length=20)
    days: Annotated[int, Field(ge=1, le=366)] = 90


def within(roles: Mapping[str, frozenset[Role]]) -> list[str]:
    """The scopes that these roles by service allow, service by service."""
    found = []
    for name in SERVICES:
        levels = frozenset().union(*(GIVES[role] for role in roles.get(name, ())))
        found += [f"{name}:{role}" for role in ROLES if GIVES[role] <= levels]
    return found


def own_scopes(who: Who) -> list[str]:
    return within(who.roles)


def scopes_of(grants: list[str]) -> list[str]:
    """The scopes that an account's roles, as a view keeps them, allow."""
    roles: dict[str, frozenset[Role]] = {}
    for grant in grants:
        where, _, name = grant.partition(":")
        role = next((one for one in get_args(Role) if one == name), None)
        for service in SERVICES if where == "all" else (where,):
            if role is not None:
                roles[service] = roles.get(service, frozenset()) | {role}
    return within(roles)


def capability_scopes(document: Document, now: datetime) -> list[str]:
    """What a token may carry of the capabilities that an account, as a view keeps it, has now."""
    held = {one.capability for one in standing(document["capabilities"], now)}
    return [f"{one.service}:{one.name}" for one in OFFERED if one.name in held]


class Said(dict[str, Any]):
    """What was answered, or what is wrong, by field; nothing where a page asks for a field that is not there."""

    def __missing__(self, key: str) -> str:
        return ""
