"""What the newsletter knows of a gathering: what it is called, when and where, as its line stands."""

from __future__ import annotations

from datetime import UTC, datetime
from types import SimpleNamespace

import pytest

from services.newsletter.bulletins.source_views import GATHERINGS
from services.newsletter.bulletins.source_words import fitting, said_now, said_otherwise
from shared.contract import Event
from shared.contract.events.gatherings import GatheringAnnounced, GatheringMoved, GatheringPlanned, GatheringRevised
from shared.kernel.views.projection import Document

STARTS, LATER = (datetime(2099, 3, day, 17, 30, tzinfo=UTC) for day in (5, 12))
PLANNED = GatheringPlanned(kind="other", title="Réunion", starts=STARTS, town="Foix")
AGAIN = GatheringPlanned(kind="other", title="Autre", starts=STARTS)
ANNOUNCED = GatheringAnnounced(kind="other", title="Réunion", starts=STARTS, town="Foix", summary="Venez.")
MOVED, REVISED = GatheringMoved(starts=LATER), GatheringRevised(title="Assemblée")
SAID = "Jeudi {} mars 2099 à 18\u00a0h\u00a030{}.\nVenez."


def folded(*line: Event) -> Document | None:
    document: Document | None = None
    for n, data in enumerate(line):
        document = GATHERINGS.on[type(data)](document, data, SimpleNamespace(id=str(n), data=data))  # type: ignore[arg-type]
    return document


@pytest.mark.parametrize(
    ("line", "title", "text"),
    [
        ((PLANNED, ANNOUNCED), "Réunion", SAID.format(5, ", Foix")),
        ((PLANNED, ANNOUNCED, MOVED, REVISED), "Assemblée", SAID.format(12, ", Foix")),
        ((PLANNED, MOVED, ANNOUNCED), "Réunion", SAID.format(12, ", Foix")),  # what it repeats is not said by it
        (
            (PLANNED, AGAIN, ANNOUNCED),
            "Autre",
            SAID.format(5, ""),
        ),
        ((ANNOUNCED, MOVED), "Réunion", SAID.format(12, ", Foix")),
    ],
)
def test_what_an_announcement_says_now(line: tuple[Event, ...], title: str, text: str) -> None:
    at = next(str(n) for n, one in enumerate(line) if one is ANNOUNCED)
    now = said_now(folded(*line), at, "fr")
    assert now is not None and (now.title, now.text) == (title, text)


def test_it_says_so_in_the_language_that_is_asked() -> None:
    now = said_now(folded(PLANNED, ANNOUNCED), "1", "en")
    assert now is not None and now.text == "Thursday 5 March 2099 at 18\u00a0h\u00a030, Foix.\nVenez."


def test_what_was_said_in_another_language_is_not_said_otherwise() -> None:
    """As an older release wrote it, or before the network chose another language first."""
    item = {"source_event": "1", "said": {"title": "Réunion", "text": SAID.format(5, ", Foix")}}
    assert said_otherwise(folded(PLANNED, ANNOUNCED), item, "en") is None
    moved = said_otherwise(folded(PLANNED, ANNOUNCED, MOVED), item, "en")
    assert moved is not None and moved.text.startswith("Thursday 12 March 2099 at ")
    assert said_otherwise(None, item, "en") is None


def test_what_has_no_title_is_called_so_in_that_language() -> None:
    assert [fitting(" ", "x", lang).title for lang in ("fr", "en")] == ["Sans titre", "Untitled"]


def test_nothing_is_said_of_what_is_not_known() -> None:
    assert said_now(None, "0", "fr") is None and said_now(folded(REVISED), "0", "fr") is None
    assert (
        said_now(folded(PLANNED, ANNOUNCED), "another", "fr") is None and said_now(folded(PLANNED), None, "fr") is None
    )
