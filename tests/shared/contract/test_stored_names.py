"""Names that are stored somewhere stay (tests/shared/contract/stored_names.txt); what is new is added by a command."""

from __future__ import annotations

from tests.shared.contract.stored_names import FILE, names


def test_no_name_that_data_messages_or_addresses_depend_on_has_changed() -> None:
    assert sorted(set(FILE.read_text().splitlines()) - set(names())) == []


def test_every_new_name_is_in_the_list() -> None:
    assert names() == FILE.read_text().splitlines(), "run python -m tests.shared.contract.stored_names"
