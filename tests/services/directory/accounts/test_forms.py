"""What an account may give to a program: never more than it has itself."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from services.directory.accounts.forms import AccountWanted, Said, TokenWanted, scopes_of
from shared.base.services import SERVICES
from shared.identity.principal import GIVES


@pytest.mark.parametrize("role", sorted(GIVES))
def test_a_role_gives_the_scopes_that_it_covers_and_no_other(role: str) -> None:
    found = scopes_of([f"events:{role}"])
    assert found and all(one.startswith("events:") for one in found)
    assert all(GIVES[one.partition(":")[2]] <= GIVES[role] for one in found)  # type: ignore[index]
    assert len(scopes_of([f"all:{role}"])) == len(found) * len(SERVICES)


def test_roles_in_several_services_stay_apart_and_what_is_no_role_gives_nothing() -> None:
    found = scopes_of(["events:reader", "directory:editor"])
    assert "directory:editor" in found and "events:editor" not in found and "directory:administrator" not in found
    assert scopes_of(["events:king", "nowhere:editor", ""]) == [] == scopes_of([])


def test_what_is_not_asked_is_refused() -> None:
    for wrong in (
        {"name": "x", "scopes": []},
        {"name": "x", "scopes": ["events:reader"], "days": 367},
        {"name": "x", "scopes": ["events:reader"], "roles": []},
    ):
        with pytest.raises(ValidationError):
            TokenWanted.model_validate(wrong)
    with pytest.raises(ValidationError) as no:
        AccountWanted.model_validate({"label": "Accueil", "email": "secret@@exemple"})
    assert "secret" not in str(no.value), "an address is repeated nowhere"
    assert Said(label="x")["email"] == ""
