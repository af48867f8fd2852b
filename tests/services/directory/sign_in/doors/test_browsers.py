"""The cookie of a browser by which somebody came in: ours, whole, within its term, and nothing of the machine."""

from __future__ import annotations

from base64 import urlsafe_b64decode
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID, uuid4

from services.directory.sign_in.doors.browsers import ENTRY, MAC, MOST, Browsers

NOW = datetime(2026, 11, 30, 12, tzinfo=UTC)


def test_it_names_the_accounts_that_came_in_within_the_term(tmp_path: Path) -> None:
    browsers, one, two = Browsers(tmp_path, "essai", 180), uuid4(), uuid4()
    cookie = browsers.cookie({one: NOW, two: NOW - timedelta(days=179)})
    assert browsers.read(cookie, NOW) == {one: NOW, two: NOW - timedelta(days=179)}
    assert browsers.read(cookie, NOW + timedelta(days=2)) == {one: NOW}
    assert browsers.read(cookie, NOW + timedelta(days=181)) == {}


def test_what_is_not_ours_or_not_whole_says_nothing(tmp_path: Path) -> None:
    browsers = Browsers(tmp_path, "essai", 180)
    cookie = browsers.cookie({uuid4(): NOW})
    for bad in ("", "é", "x", cookie[:-2], "A" + cookie[1:], cookie + "AAAA", cookie.swapcase(), "A" * 5000):
        assert browsers.read(bad, NOW) == {}
    assert Browsers(tmp_path, "autre", 180).read(cookie, NOW) == {}
    (tmp_path / "elsewhere").mkdir()
    assert Browsers(tmp_path / "elsewhere", "essai", 180).read(cookie, NOW) == {}


def test_a_browser_that_many_share_keeps_the_latest_and_stays_small(tmp_path: Path) -> None:
    browsers = Browsers(tmp_path, "essai", 180)
    came = {UUID(int=n): NOW - timedelta(hours=n) for n in range(30)}
    cookie = browsers.cookie(came)
    assert set(browsers.read(cookie, NOW)) == {UUID(int=n) for n in range(MOST)}
    assert len(urlsafe_b64decode(cookie + "=" * (-len(cookie) % 4))) == MOST * ENTRY + MAC


def test_a_sign_in_link_is_no_such_cookie(tmp_path: Path) -> None:
    from services.directory.sign_in.signed_links import Links

    token = Links(tmp_path, "essai").token(uuid4(), uuid4(), NOW, to="personne@exemple.invalid")
    assert Browsers(tmp_path, "essai", 180).read(token, NOW) == {}
