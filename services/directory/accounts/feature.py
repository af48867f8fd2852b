"""Accounts: what is decided and known of them, of their roles, sessions and tokens."""

from __future__ import annotations

from services.directory.accounts.domain.account import ACCOUNT
from services.directory.accounts.domain.account_state import AccountCommand
from services.directory.accounts.domain.administrators import REGISTER
from services.directory.accounts.domain.sessions import SESSION
from services.directory.accounts.domain.signing_key import SIGNING_KEY
from services.directory.accounts.rights import PERMITTING
from services.directory.accounts.views import ACCOUNTS, SIGNING_KEYS
from services.directory.accounts.words import WORDS
from shared.kernel.command_handler import Outcome
from shared.kernel.decider import Command
from shared.notions.one_kind import together
from shared.runtime.feature import Feature


def page_of(command: Command, outcome: Outcome) -> str | None:
    return f"/directory/accounts/{outcome.entity_id}" if isinstance(command, AccountCommand) else None


FEATURE = Feature(
    name="accounts",
    deciders=(together(ACCOUNT, REGISTER), SESSION, SIGNING_KEY),
    views=(ACCOUNTS, SIGNING_KEYS),
    words=WORDS,
    page_of=page_of,
    permitting=PERMITTING,
)
