"""What an address of the projects asks for."""

from __future__ import annotations

import pytest

from services.directory.projects.query import ORDERS, ProjectSearch, is_year


@pytest.mark.parametrize(
    ("first", "last", "years"),
    [
        ("2016", "2017", (2016, 2017)),
        ("2017", "2016", (2016, 2017)),
        ("2016", "", (2016, 2016)),
        ("", "x", None),
        ("", "", None),
        ("0000", "9999", None),
        ("٢٠١٦", "", None),
    ],
)
def test_years_are_read_in_any_order_and_what_is_none_asks_nothing(
    first: str, last: str, years: tuple[int, int] | None
) -> None:
    search = ProjectSearch(first=first, last=last)
    assert search.years == years and search.narrowed == (years is not None) == ("periods" in search.where)


def test_a_filter_is_said_once_and_empty_ones_not_at_all() -> None:
    search = ProjectSearch(q="  eau ", countries=["SN", "", "SN", "ML"], themes=[])
    assert (search.q, search.where) == ("eau", {"countries": ["SN", "ML"]}) and search.narrowed
    assert not ProjectSearch().narrowed and not ProjectSearch(q="  ").narrowed


def test_an_order_that_there_is_not_is_the_usual_one() -> None:
    assert ProjectSearch(sort="-begins").order == "-begins" and ProjectSearch(sort="; DROP").order == ORDERS[0]
    assert not is_year("-2016") and not is_year("2016 ")
