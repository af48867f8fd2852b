"""What a printed review's page shows, from its data and rows: each kind of picture, colleges as the list of the day has
them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from typing import Any

import pytest

from services.observatory.event_table.moment import Moment
from services.observatory.figures.recount import Row
from services.observatory.network.printed_layout import Drawing, First
from services.observatory.printed.pictures import Reading
from shared.contract.membership.members import CollegeOpened
from shared.notions.vocabularies.view import KNOWN, Lists

DAY = date(2021, 6, 30)


def row(path: str, value: float | None, published: float | None = None) -> Row:
    return Row(
        path=path,
        counted=path,
        label=path,
        service="membership",
        indicator="volunteers",
        value=value,
        published=published,
        equal=None,
        events=int(value or 0),
        sequences=(),
        rests_on="things",
        as_of=DAY,
        precision=0,
        doubt=False,
        note=None,
    )


def reading(lang: str = "en", **values: float | None) -> Reading:
    rows = {path.replace("__", "."): row(path.replace("__", "."), value, 9) for path, value in values.items()}
    return Reading(rows, Moment(DAY, None, 1), lang, "/observatory/review/theirs")


@contextmanager
def colleges(**titles: str) -> Iterator[None]:
    said = [
        {"day": "2020-01-01", "seq": 1, "type": "CollegeOpened", "data": one.model_dump()}
        for one in (CollegeOpened(college=code, title=title) for code, title in titles.items())
    ]
    before = KNOWN.set(lambda: Lists({"college": {"said": said}}))
    try:
        yield
    finally:
        KNOWN.reset(before)


def stack(**more: Any) -> Drawing:
    said = {
        "id": "m",
        "kind": "stack",
        "title": "M",
        "under": "U {day}",
        "path": "c.{college}.{year}",
        "years": [2020, 2021],
    }
    return Drawing.model_validate({**said, **more})


def test_colleges_are_called_as_the_list_of_the_day_has_them_unless_the_print_did_otherwise() -> None:
    values = {"c__towns__2020": 2.0, "c__towns__2021": 3.0, "c__friends__2020": None, "c__friends__2021": 1.0}
    with colleges(towns="Towns", friends="Friends"):
        shown = reading(**values, t__2020=2, t__2021=4).picture(stack(total="t.{year}"))
        called = {"towns": {"column": {"en": "Councils"}, "legend": {"en": "councils"}}}
        printed = reading(**values, t__2020=2, t__2021=4).picture(stack(called=called))
    assert [one if isinstance(one, str) else one[0] for one in shown.columns] == ["Year", "Towns", "Friends", "Total"]
    assert shown.rows == [["2020", "2", "—", "2"], ["2021", "3", "1", "4"]]
    assert shown.under == "U 30/06/2021" and "Friends" in shown.svg
    assert [one if isinstance(one, str) else one[0] for one in printed.columns] == ["Year", "Councils", "Friends"]
    assert "councils" in printed.svg


def test_a_college_that_has_nobody_takes_no_colour() -> None:
    with colleges(towns="Towns", friends="Friends"):
        shown = reading(c__towns__2020=2, c__towns__2021=3, c__friends__2020=None, c__friends__2021=0).picture(stack())
    assert "Friends" not in shown.svg and ("Friends", "num") in shown.columns


@pytest.mark.parametrize("kind", ["bars", "line"])
def test_years_have_their_table(kind: str) -> None:
    one = Drawing(id="v", kind=kind, title="V", under="U", path="v.{year}", years=(2020, 2021), column="N")  # type: ignore[arg-type]
    shown = reading(v__2020=None, v__2021=1234).picture(one)
    assert shown.rows == [["2020", None], ["2021", "1,234"]] and shown.columns == ["Year", ("N", "num")]


def test_departments_and_shares() -> None:
    on_map = Drawing(id="d", kind="map", title="D", under="{n}", values={"n": "d.57"}, path="d.{department}")
    shown = reading(d__57=3, d__67=None).picture(on_map)
    assert shown.rows == [["Moselle (57)", "3"], ["Bas-Rhin (67)", None]] and shown.under == "3"
    assert "/observatory/review/theirs/events?path=d.57" in shown.svg
    parts = Drawing(id="s", kind="shares", title="S", under="U", paths={"s.a": {"en": "A", "fr": "Ah"}, "s.b": "B"})
    assert reading(s__a=10, s__b=90).picture(parts).rows == [["A", "10%"], ["B", "90%"]]
    assert reading("fr", s__a=10, s__b=None).picture(parts).rows == [["Ah", "10\u202f%"], ["B", None]]


def test_what_stands_first_says_the_year_that_is_next_to_the_day() -> None:
    one = First.model_validate(
        {
            "label": "Members",
            "path": "m.{year}",
            "years": [2017, 2020],
            "rests": {"en": ["count", "counts"]},
            "beside": [
                {"path": "m.2017", "text": "{n} printed", "published": True},
                {"path": "m.2017", "counted": {"en": ["town", "towns"]}},
            ],
        }
    )
    shown = reading(m__2017=1, m__2020=5).first(one)
    assert (shown["value"], shown["change"], shown["source"]) == ("5", "9 printed, 1\u00a0town", "5\u00a0counts")
    assert shown["href"] == "/observatory/review/theirs/events?as_of=2021-06-30&path=m.2020"
