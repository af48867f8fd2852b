"""A bulletin as a definition of the network: given events, when a command, then events or a refusal."""

from __future__ import annotations

from datetime import UTC, date, datetime

from services.newsletter.bulletins.domain.bulletin import BULLETIN, CloseBulletin, OpenBulletin, ReviseBulletin
from shared.contract.newsletter.bulletins import BulletinClosed, BulletinOpened, BulletinRevised
from tests.fixtures.deciding import decided

OPENED = BulletinOpened(
    bulletin="letter", title="Lettre", purpose="p", arrivals=["news"], titles={"en": "Letter"}, rank=3
)
CLOSED = BulletinClosed(bulletin="letter", reason="fusion")
RENAMED = BulletinRevised(bulletin="letter", title="La Lettre", purpose="p", titles={"en": "The Letter"}, rank=3)
LATER = date(2015, 1, 1)
BEFORE = datetime(2013, 6, 1, 10, tzinfo=UTC)


def test_a_bulletin_is_called_otherwise_and_all_of_it_is_said() -> None:
    command = ReviseBulletin(bulletin="letter", title="La Lettre", purpose="p", titles={"en": "The Letter"}, rank=3)
    assert decided(BULLETIN, [OPENED], command) == [RENAMED]
    assert decided(BULLETIN, [OPENED, RENAMED], command) == []
    same = ReviseBulletin(bulletin="letter", title="Lettre", purpose="p", arrivals=["news"], titles={"en": "Letter"})
    assert decided(BULLETIN, [OPENED], same) == [], "where it stands stays, if nothing is said of it"
    assert decided(BULLETIN, [], command) == "unknown-bulletin"
    assert decided(BULLETIN, [OPENED, CLOSED], command) == "bulletin-closed"
    strange = command.model_copy(update={"titles": {"xx": "?"}})
    assert decided(BULLETIN, [OPENED], strange) == "unknown-language"


def test_it_is_closed_from_a_day_on_and_opened_again_as_it_was() -> None:
    close = CloseBulletin(bulletin="letter", reason="fusion")
    assert decided(BULLETIN, [OPENED], close) == [CLOSED]
    assert decided(BULLETIN, [OPENED, CLOSED], close) == []
    assert decided(BULLETIN, [], close) == "unknown-bulletin"
    again = OpenBulletin(bulletin="letter", title="Lettre", purpose="p")
    assert decided(BULLETIN, [OPENED, CLOSED], again) == [OPENED], "what is left out stays"
    assert decided(BULLETIN, [OPENED], again) == []
    renamed = again.model_copy(update={"title": "Autre"})
    assert decided(BULLETIN, [OPENED], renamed) == "bulletin-opened"
    assert decided(BULLETIN, [OPENED, CLOSED], renamed) == [OPENED.model_copy(update={"title": "Autre"})]


def test_each_is_decided_by_what_stood_on_its_day() -> None:
    command = ReviseBulletin(bulletin="letter", title="La Lettre", purpose="p")
    assert decided(BULLETIN, [OPENED, (CLOSED, LATER)], command) == "bulletin-closed"
    assert isinstance(decided(BULLETIN, [OPENED, (CLOSED, LATER)], command, BEFORE), list)
    assert decided(BULLETIN, [(OPENED, LATER)], command, BEFORE) == "unknown-bulletin"
