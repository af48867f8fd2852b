"""What is said of backups: by their age, by what failed, and where there are none."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from deploy.host.backups_standing import FILE, Standing, ago, backups_of, standing_file

NOW = datetime(2026, 11, 30, 12, 0, tzinfo=UTC)
DAY = timedelta(days=1)


def said(data: Path, **what: object) -> dict[str, bool]:
    standing_file(data).change(lambda before: Standing(**{"since": NOW - 40 * DAY, **what}))  # type: ignore[arg-type]
    return {line.what: line.good for line in backups_of(data, NOW)}


def test_each_is_good_by_its_own_age(tmp_path: Path) -> None:
    every = {"made": NOW - DAY, "keys": NOW - DAY, "drilled": NOW - 7 * DAY}
    assert set(said(tmp_path, **every).values()) == {True}
    for name, line, old in (("made", "last", 2), ("keys", "keys", 2), ("drilled", "drill", 15)):
        found = said(tmp_path, **{**every, name: NOW - old * DAY})
        assert [what for what, good in found.items() if not good] == [f"backup: {line}"]
        assert said(tmp_path, **{**every, name: None})[f"backup: {line}"] is False, "never, for forty days"
        assert said(tmp_path, **{**every, name: NOW + DAY})[f"backup: {line}"] is False, "one that is to come is none"
    for name, line in (("trouble", "last"), ("keys_trouble", "keys"), ("drill_trouble", "drill")):
        assert said(tmp_path, **{**every, name: "The disk is full."})[f"backup: {line}"] is False


def test_where_nobody_asked_for_any_it_is_to_be_looked_at(tmp_path: Path) -> None:
    (line,) = backups_of(tmp_path, NOW)
    assert line.good and line.look
    (tmp_path / FILE).write_text("junk")
    assert backups_of(tmp_path, NOW)[0].look


@pytest.mark.parametrize(("seconds", "words"), [(60, "1 min ago"), (10_000, "3 h ago"), (200_000, "2 days ago")])
def test_ages_in_words(seconds: float, words: str) -> None:
    assert ago(seconds) == words
