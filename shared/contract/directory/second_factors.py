"""What the directory says of second factors: a code that an app shows, asked after the password or the link.

No secret is in these events. The app's secret and the hashes of recovery codes lie beside the directory's keys.
"""

from __future__ import annotations

from shared.base.translations import L
from shared.contract.directory.accounts import AccountEvent
from shared.contract.says import Says


class SecondFactorSet(AccountEvent):
    """From now on the account's sessions begin with a code of an app too; one that was set before is good no more."""

    says = Says(L("Second facteur mis en place"), sets={"second_factor": True})


class SecondFactorRemoved(AccountEvent):
    """The holder of the account took the second factor away."""

    says = Says(L("Second facteur retiré"), sets={"second_factor": False})


class SecondFactorReset(AccountEvent):
    """An operator took the second factor of an account away, whose holder had lost it."""

    says = Says(L("Second facteur remis à zéro par l’exploitant"), detail="reason", sets={"second_factor": False})

    reason: str | None = None


class RecoveryCodesMade(AccountEvent):
    """So many codes stand in for the app, once each; those of before are good no more."""

    says = Says(L("Codes de secours créés"))

    codes: int


class RecoveryCodeUsed(AccountEvent):
    """A recovery code stood in for the app; so many are left."""

    says = Says(L("Code de secours utilisé"))

    codes: int
