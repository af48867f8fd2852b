"""What the network says of itself, of any day, and what holds where it says nothing."""

from __future__ import annotations

from datetime import date
from typing import Any, cast

from shared.base.settings import Settings
from shared.contract import Event
from shared.contract.membership.network import DyeChosen, LanguagesChosen, NetworkNamed, RegionDrawn
from shared.kernel.eventlog.direct_get import Unavailable
from shared.kernel.views.projection import Document, Store
from shared.notions.network import Ourselves, first_language
from shared.notions.network.view import OurNetwork, said_in, standing
from shared.notions.vocabularies.view import as_of

SAID: list[tuple[Event, date]] = [
    (NetworkNamed(name="Amont"), date(2012, 1, 3)),
    (RegionDrawn(region="R", departments=["22", "29"]), date(2012, 1, 3)),
    (RegionDrawn(region="R", departments=["22", "29", "56"]), date(2016, 1, 1)),
    (LanguagesChosen(languages=["en", "tlh"]), date(2016, 1, 1)),
]
SETTINGS = Settings(title="Réglé", region="35")


def document(said: list[tuple[Event, date]]) -> Document:
    return {
        "said": [
            {"day": f"{on}", "seq": n, "type": event.type_name(), "data": event.model_dump(mode="json")}
            for n, (event, on) in enumerate(said, 1)
        ]
    }


class Shelf:
    """A store of one document; it counts how often it is asked."""

    def __init__(self, kept: Document | None) -> None:
        self.kept, self.asked, self.away = kept, 0, False

    async def get(self, view: Any, key: str) -> Document | None:
        self.asked += 1
        if self.away:
            raise Unavailable("away")
        return self.kept


async def network(shelf: Shelf, at: list[int] | None = None) -> OurNetwork:
    position = at or [1]
    found = OurNetwork(lambda: position[0], cast(Store, shelf), SETTINGS)
    await found.refresh()
    return found


def test_a_department_that_is_added_keeps_the_past_true() -> None:
    assert standing(SAID, date(2015, 12, 31)) == Ourselves("Amont", "R", ("22", "29"))
    assert standing(SAID, date(2016, 1, 1)).departments == standing(SAID).departments == ("22", "29", "56")
    assert standing(SAID, date(2011, 1, 1)) == Ourselves(), "before the first word of it, nothing is said"
    assert said_in(document(SAID)) == SAID and said_in(None) == []


async def test_where_the_log_says_nothing_the_settings_hold() -> None:
    nothing = await network(Shelf(None))
    assert (nothing.title, nothing.region(), nothing.redrawn(date(2012, 1, 1))) == ("Réglé", ("35",), [])
    assert nothing.languages[0] == "fr" and "en" in nothing.languages
    something = await network(Shelf(document(SAID)))
    assert (something.title, something.region()) == ("Amont", ("22", "29", "56"))
    assert something.region(date(2011, 1, 1)) == ("35",), "of a day before it said anything"
    assert something.redrawn(date(2013, 1, 1)) == [date(2016, 1, 1)] and something.redrawn(date(2016, 1, 1)) == []
    assert something.languages == ("en",), "a language that there is none of is not offered"


async def test_a_name_that_was_said_later_for_a_day_is_not_that_of_what_was_known_before() -> None:
    ours = await network(Shelf(document([*SAID, (NetworkNamed(name="Aval"), date(2013, 1, 1))])))
    with as_of(date(2017, 1, 1)):
        assert ours.title == "Aval"
    with as_of(date(2017, 1, 1), len(SAID)):
        assert (ours.title, ours.region()) == ("Amont", ("22", "29", "56"))


def test_the_first_language_is_that_of_the_day_and_french_where_nothing_is_said() -> None:
    assert [first_language(SAID, day) for day in (date(2015, 12, 31), date(2016, 1, 1), None)] == ["fr", "en", "en"]
    assert first_language([]) == first_language([(LanguagesChosen(languages=["tlh"]), date(2016, 1, 1))]) == "fr"


async def test_a_day_on_which_the_region_changed_is_told_once() -> None:
    """Not twice where it was said twice that day, and not where the same was said again."""
    ten, drawn = date(2020, 1, 1), RegionDrawn(region="R", departments=["22"])
    other = RegionDrawn(region="R", departments=["22", "35"])
    said = [*SAID, (drawn, ten), (other, ten), (other, date(2021, 1, 1))]
    found = await network(Shelf(document(said)))
    assert found.redrawn(date(2013, 1, 1)) == [date(2016, 1, 1), ten]


async def test_it_is_read_again_only_once_the_views_have_moved() -> None:
    shelf, at = Shelf(document(SAID[:1])), [1]
    ours = await network(shelf, at)
    await ours.refresh()
    assert (ours.title, shelf.asked) == ("Amont", 1)
    shelf.kept, at[0] = document([*SAID[:1], (DyeChosen(dye="garance"), date(2020, 1, 1))]), 2
    await ours.refresh()
    assert (ours.now.dye, shelf.asked) == ("garance", 2)
    shelf.away, at[0] = True, 3
    await ours.refresh()
    assert ours.title == "Amont", "what was known is shown while the store is away"
    shelf.away, shelf.kept = False, None
    await ours.refresh()
    assert ours.title == "Réglé", "all of it was struck"
