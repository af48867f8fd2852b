"""A field that is of a list is judged by it, whoever sends its command."""

from __future__ import annotations

from datetime import date

import pytest

from deploy.host.all_services import DEFINITIONS
from shared.contract import EVENTS, load_all
from shared.contract.fields.codes import vocabularies_in
from shared.contract.membership.vocabularies import TermClosed, TermDefined
from shared.kernel.decider import Command
from shared.kernel.line import Fact, standing
from shared.notions.vocabularies import VOCABULARIES, vocabulary_id
from shared.notions.vocabularies.referent import VOCABULARY, term_of

COMMANDS = [command for one in DEFINITIONS for decider in one.deciders for command in decider.decisions]
LISTED = [command for command in COMMANDS if vocabularies_in(command) and not command.internal]
BY_ITSELF = {"OpenCollege", "CloseCollege", "OpenBulletin"}
"""Commands that say of a list's own entity that it begins or ends"""


@pytest.mark.parametrize("command", LISTED, ids=[one.__name__ for one in LISTED])
def test_each_field_of_a_list_is_judged(command: type[Command]) -> None:
    for field, vocabulary in vocabularies_in(command).items():
        if command.__name__ in BY_ITSELF or VOCABULARIES[vocabulary].elsewhere:
            continue  # the entity itself is referred to, or decides
        asked = command.refers.get(field)
        assert asked is not None, f"{command.__name__}.{field} is of {vocabulary}: `refers` it by `term_of`"
        assert (asked.to, asked.state) == ("membership.vocabulary", vocabulary)


def test_a_list_that_a_field_names_is_there() -> None:
    load_all()
    assert LISTED
    for model in (*COMMANDS, *EVENTS.values()):
        assert set(vocabularies_in(model).values()) <= VOCABULARIES.keys(), model


def test_a_term_is_open_from_its_day_to_its_last() -> None:
    refers = term_of("gathering")
    assert refers.id is not None and refers.id("cafe", vocabulary_id("other")) == vocabulary_id("gathering")
    said = [
        (date(2012, 1, 1), TermDefined(vocabulary="gathering", code="cafe", titles={"fr": "Café"})),
        (date(2017, 1, 1), TermClosed(vocabulary="gathering", code="cafe")),
    ]
    line = standing([Fact(n, str(n), str(n), day, event) for n, (day, event) in enumerate(said, 1)])
    judge = VOCABULARY.states["gathering"]
    assert [judge(VOCABULARY.on(line, date(year, 6, 1)), "cafe") for year in (2011, 2014, 2018)] == [
        "unknown-term",
        None,
        "term-closed",
    ]
    assert judge(VOCABULARY.on(line, date(2011, 6, 1)), "training") is None, "the general list was always there"
