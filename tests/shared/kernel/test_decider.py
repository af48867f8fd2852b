"""A table of decisions is of one kind of entity; and who may do what follows from their roles."""

from __future__ import annotations

from dataclasses import replace

import pytest

from shared.identity.principal import OPERATOR, PUBLIC
from shared.kernel.decider import Decider
from tests.fixtures.small_directory import STRUCTURE, Register


def test_a_decider_takes_no_command_of_another_kind_of_entity() -> None:
    with pytest.raises(TypeError, match="Register is for structure, not for member"):
        Decider("member", None, lambda state, event: state, {Register: STRUCTURE.decisions[Register]})


def test_what_is_for_everybody_is_for_everybody_and_the_rest_follows_from_roles() -> None:
    assert PUBLIC.may("directory", "public") and not PUBLIC.may("directory", "reader")
    assert not PUBLIC.sees_persons("directory")
    assert OPERATOR.may("observatory", "administrator") and OPERATOR.sees_persons("events")
    contact = replace(PUBLIC, kind="contact")
    assert contact.may("directory", "space") and not contact.may("directory", "editor")
