"""Whose the printed reviews are that come with the product, and those of another folder."""

from __future__ import annotations

from pathlib import Path

import pytest

from shared.base.network_files import beside, folder_of, printed_reviews, reviews_of, whose


def test_a_printed_review_is_of_the_network_that_it_names_under_any_name_it_had() -> None:
    (review,) = printed_reviews()
    names = whose(review)
    assert len(names) == 2 and all(reviews_of([name.upper()]) == (review,) for name in names)
    assert reviews_of(["Grand Est Solidarités"]) == reviews_of([]) == ()
    with pytest.raises(KeyError):
        folder_of("never-printed")


@pytest.mark.parametrize("text", ["about: nothing", "network: []", "[1]", ": :", "network: {name: }"])
def test_one_that_names_nobody_is_of_whoever_put_it_there(tmp_path: Path, text: str) -> None:
    (tmp_path / "mine-2020").mkdir()
    (tmp_path / "mine-2020" / "review.yaml").write_text(text)
    before = printed_reviews()
    with beside(tmp_path):
        assert whose("mine-2020") == () and "mine-2020" in reviews_of(["anybody"])
    assert printed_reviews() == before
