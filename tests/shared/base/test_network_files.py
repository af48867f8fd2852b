"""Whose a printed review is, as its own data say."""

from __future__ import annotations

from pathlib import Path

import pytest

from shared.base.network_files import beside, printed_reviews, reviews_of, whose


def test_a_review_is_of_the_network_that_it_names_under_either_name() -> None:
    assert whose("occitanie-2017") == ("Occitanie Coopération", "Midi-Pyrénées Coopdev'")
    for name in whose("occitanie-2017"):
        assert "occitanie-2017" in reviews_of(["Amont", name.upper()])
    assert "occitanie-2017" not in reviews_of(["Amont"]) and "occitanie-2017" not in reviews_of([])
    with pytest.raises(KeyError):
        whose("nowhere-2001")


def test_one_that_says_nobody_is_of_whoever_put_it_there(tmp_path: Path) -> None:
    for name, text in (("mine-2020", "members: {total: 1}"), ("theirs-2020", "network: {name: Aval}"), ("odd", "[")):
        (tmp_path / name).mkdir()
        (tmp_path / name / "review.yaml").write_text(text)
    with beside(tmp_path):
        assert reviews_of([]) == ("mine-2020", "odd") and reviews_of(["aval"]) == ("mine-2020", "odd", "theirs-2020")
    assert "mine-2020" not in printed_reviews()
