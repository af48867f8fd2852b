"""Codes fit once and around now, wrong ones slow down, recovery codes stand in once; the file gives nothing away."""

from __future__ import annotations

import stat
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from uuid import UUID, uuid4

import pyotp
import pytest

from services.directory.second_factor.factors import AHEAD, CODES, FILE, FREE, KEY_FILE, MOST, SecondFactors
from shared.base.outside import REAL
from shared.kernel.decider import Refused
from shared.kernel.sealing import KeysAway
from shared.persons.keys.key_database import whose

NOON = datetime(2026, 11, 30, 12, 0, 0, tzinfo=UTC)


@dataclass
class Kept:
    """Second factors under a clock that the test sets."""

    folder: Path
    now: datetime = NOON

    def __post_init__(self) -> None:
        self.factors = SecondFactors(self.folder, "exemple", replace(REAL, now=lambda: self.now))
        self.account, self.secret = uuid4(), self.factors.new_secret()

    def code(self, seconds: float = 0) -> str:
        return pyotp.TOTP(self.secret).at(self.now + timedelta(seconds=seconds))

    def set(self) -> list[str]:
        """The app was set up a while ago."""
        codes = self.factors.begin(self.account, self.secret, self.code())
        self.now += timedelta(minutes=5)
        return codes

    def refused(self, typed: str, account: UUID | None = None) -> str:
        with pytest.raises(Refused) as no:
            self.factors.check(account or self.account, typed)
        return no.value.code


@pytest.fixture
def kept(tmp_path: Path) -> Iterator[Kept]:
    found = Kept(tmp_path)
    yield found
    found.factors.close()


def test_the_numbers_are_those_of_the_standard() -> None:
    """RFC 6238, appendix B, of the last six of eight digits."""
    secret = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
    assert pyotp.TOTP(secret).at(59) == "287082" and pyotp.TOTP(secret).at(1111111109) == "081804"


@pytest.mark.parametrize("seconds", [-30, 0, 30])
def test_a_telephone_may_be_wrong_by_one_step(kept: Kept, seconds: int) -> None:
    kept.set()
    assert kept.factors.check(kept.account, kept.code(seconds)) == "code"


@pytest.mark.parametrize("seconds", [-90, -60, 60, 90])
def test_and_by_no_more(kept: Kept, seconds: int) -> None:
    kept.set()
    assert kept.refused(kept.code(seconds)) == "second-factor-wrong"


def test_spaces_do_not_matter_and_other_letters_than_digits_are_no_code(kept: Kept) -> None:
    kept.set()
    code = kept.code()
    for wrong in ("", code[:5], f"{code}0", code.translate(str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")), "é" * 6):
        assert kept.refused(wrong) in ("second-factor-wrong", "second-factor-wait")
        kept.now += timedelta(seconds=MOST)
    code = kept.code()
    assert kept.factors.check(kept.account, f" {code[:3]} {code[3:]} ") == "code"


def test_a_code_is_good_once_and_no_earlier_one_after_it(kept: Kept) -> None:
    kept.set()
    before, code = kept.code(-30), kept.code()
    assert kept.factors.check(kept.account, code) == "code"
    assert kept.refused(code) == "second-factor-used"
    assert kept.refused(before) == "second-factor-used"
    kept.now += timedelta(seconds=30)
    assert kept.refused(code) == "second-factor-used"
    assert kept.factors.check(kept.account, kept.code()) == "code"


def test_the_code_by_which_an_app_was_set_up_is_used_too(kept: Kept) -> None:
    code = kept.code()
    kept.factors.begin(kept.account, kept.secret, code)
    assert kept.refused(code) == "second-factor-used"


def test_one_replica_knows_what_another_took(kept: Kept) -> None:
    kept.set()
    other = SecondFactors(kept.folder, "exemple", replace(REAL, now=lambda: kept.now))
    code = kept.code()
    assert other.check(kept.account, code) == "code"
    assert kept.refused(code) == "second-factor-used"
    other.close()


def test_a_clock_that_was_far_ahead_locks_nobody_out(kept: Kept) -> None:
    kept.set()
    kept.now += timedelta(days=5 * 365)
    assert kept.factors.check(kept.account, kept.code()) == "code"
    for _ in range(FREE + 4):
        kept.refused("000000")
    kept.now -= timedelta(days=5 * 365)
    assert kept.factors.check(kept.account, kept.code()) == "code"
    kept.now -= timedelta(seconds=30 * (AHEAD - 2))  # a little: that would be a replay
    assert kept.refused(kept.code()) == "second-factor-used"


def test_wrong_codes_slow_down_up_to_a_quarter_of_an_hour_and_a_right_one_ends_that(kept: Kept) -> None:
    kept.set()
    looked_at = []
    while len(looked_at) < FREE + 9:
        if kept.refused("wrong!") == "second-factor-wrong":
            looked_at.append(kept.now)
        kept.now += timedelta(seconds=5)
    pauses = [(later - one).total_seconds() for one, later in pairwise(looked_at)]
    assert pauses[: FREE - 1] == [5] * (FREE - 1), "a slip of the finger costs nothing"
    assert pauses[FREE - 1 :] == sorted(pauses[FREE - 1 :]) and pauses[-1] == MOST
    kept.now += timedelta(seconds=MOST)
    assert kept.factors.check(kept.account, kept.code()) == "code"
    assert [kept.refused("wrong!") for _ in range(FREE)] == ["second-factor-wrong"] * FREE
    assert kept.refused(kept.code(30)) == "second-factor-wait", "a right one is not looked at meanwhile"


def test_who_guesses_all_day_has_tried_next_to_nothing(kept: Kept) -> None:
    kept.set()
    looked_at, until = 0, kept.now + timedelta(days=1)
    while kept.now < until:
        looked_at += kept.refused("wrong!") == "second-factor-wrong"
        kept.now += timedelta(seconds=10)
    assert looked_at <= 110  # of a million, three of which would fit


def test_what_slows_one_account_down_slows_no_other(kept: Kept) -> None:
    kept.set()
    first, secret = kept.account, kept.secret
    kept.account, kept.secret = uuid4(), kept.factors.new_secret()
    kept.set()
    for _ in range(FREE + 3):
        kept.refused("wrong!", first)
    assert kept.factors.check(kept.account, kept.code()) == "code" and secret != kept.secret


def test_a_recovery_code_stands_in_once(kept: Kept) -> None:
    codes = kept.set()
    assert len(set(codes)) == CODES and all(len(one.replace("-", "")) == 16 for one in codes)
    assert kept.factors.check(kept.account, codes[3]) == "recovery-code"
    assert kept.refused(codes[3]) == "second-factor-wrong"
    assert kept.factors.check(kept.account, codes[4].lower().replace("-", " ")) == "recovery-code"
    assert kept.factors.codes_left(kept.account) == CODES - 2
    assert kept.factors.check(kept.account, kept.code()) == "code", "the app goes on"


def test_new_recovery_codes_end_the_old_ones_and_are_one_account_s(kept: Kept) -> None:
    old = kept.set()
    new = kept.factors.renew_codes(kept.account)
    assert kept.refused(old[0]) == "second-factor-wrong" and kept.factors.codes_left(kept.account) == CODES
    theirs, kept.account, kept.secret = kept.account, uuid4(), kept.factors.new_secret()
    kept.set()
    assert kept.refused(new[0]) == "second-factor-wrong"
    assert kept.factors.check(theirs, new[0]) == "recovery-code"


def test_another_app_takes_the_place_of_the_first(kept: Kept) -> None:
    old = kept.set()
    first = kept.code()
    kept.secret = kept.factors.new_secret()
    kept.set()
    assert kept.refused(first) == kept.refused(old[0]) == "second-factor-wrong"


def test_an_app_that_shows_a_wrong_code_is_not_set_up(kept: Kept) -> None:
    with pytest.raises(Refused):
        kept.factors.begin(kept.account, kept.secret, "000000" if kept.code() != "000000" else "111111")
    assert not kept.factors.has(kept.account)


def test_what_is_forgotten_is_gone_from_the_file(kept: Kept) -> None:
    kept.set()
    file = kept.folder / FILE
    sealed = kept.factors._row(kept.account)
    assert sealed is not None and sealed in file.read_bytes()
    kept.factors.forget(kept.account)
    assert sealed not in file.read_bytes() and str(kept.account).encode() not in file.read_bytes()
    assert kept.refused(kept.code()) == "second-factor-lost"
    found = whose(file)
    assert found is not None and (found.counted, found.gone) == (0, 0)


def test_the_file_holds_neither_secret_nor_codes_and_is_its_owner_s(kept: Kept) -> None:
    codes = kept.set()
    content = (kept.folder / FILE).read_bytes()
    assert kept.secret.encode() not in content
    assert not any(one.encode() in content or one.replace("-", "").encode() in content for one in codes)
    assert {stat.S_IMODE((kept.folder / name).stat().st_mode) for name in (FILE, KEY_FILE)} == {0o600}


def test_a_secret_that_was_moved_to_another_account_opens_nothing(kept: Kept) -> None:
    kept.set()
    other = uuid4()
    kept.factors._db.execute("UPDATE factors SET account = ?", (str(other),))
    assert kept.refused(kept.code(), other) == "second-factor-lost"


def test_without_its_key_nothing_is_taken(kept: Kept) -> None:
    kept.set()
    kept.factors.close()
    (kept.folder / KEY_FILE).unlink()
    anew = SecondFactors(kept.folder, "exemple", replace(REAL, now=lambda: kept.now))
    with pytest.raises(Refused, match="second-factor-lost"):
        anew.check(kept.account, kept.code())
    anew.close()


def test_a_file_that_was_taken_away_is_not_gone_on_with(kept: Kept) -> None:
    kept.set()
    (kept.folder / FILE).unlink()
    with pytest.raises(KeysAway):
        kept.factors.check(kept.account, kept.code())
