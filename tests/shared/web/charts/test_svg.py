"""Marks of charts: every text escaped, numbers short, what is empty closed."""

from __future__ import annotations

from markupsafe import Markup

from shared.web.charts.svg import hatched, legend, picture, said, tag, text, unmeasured_words
from tests.fixtures.drawn_marks import HOSTILE


def test_an_element_says_its_attributes_as_svg_calls_them() -> None:
    assert tag("rect", class_="c1", x=1.0, y=2.345, none=None) == '<rect class="c1" x="1" y="2.35"/>'
    assert tag("text", "a", text_anchor="middle") == '<text text-anchor="middle">a</text>'
    assert tag("g") == "<g></g>"


def test_whatever_is_put_in_is_text() -> None:
    for drawn in (tag("text", HOSTILE, x=HOSTILE), text("1%", 2, HOSTILE), picture(HOSTILE, 3, [])):
        assert "<script" not in drawn and "'1'" not in drawn
    assert tag("g", Markup("<b/>")) == "<g><b/></g>"


def test_a_picture_has_the_name_of_what_it_shows() -> None:
    one, other = picture("Appuis", 9, [tag("line")]), picture("Appuis", 9, [tag("rect")])
    name = one.split('aria-labelledby="')[1].split('"')[0]
    assert f'<title id="{name}">Appuis</title>' in one and name not in other


def test_what_is_provisional_is_hatched_and_outlined_where_it_stands_alone() -> None:
    assert len(hatched("1%", 2, "3%", 4)) == 2 and len(hatched("1%", 2, "3%", 4, outline=False)) == 1


def test_a_title_says_its_figures_and_until_when_they_go() -> None:
    figures: list[tuple[str, float | None]] = [("2016", 1805), ("2017", 146), ("2018", None)]
    whole = said("Appuis", figures, {"2017": "au 31/10"}, "fr")
    assert whole == "Appuis\u00a0: 2016 1\u202f805, 2017 146 (au 31/10), 2018 non mesuré."
    assert said("Appuis", [], {}, "fr") == "Appuis"
    assert said("Support", figures[:1], {}, "en") == "Support: 2016 1,805."


def test_the_key_names_each_colour_and_what_hatching_means() -> None:
    key = legend([("c1", "Un"), ("c2", HOSTILE)], "fr", partial=True)
    assert key.count("<li>") == 3 and "hachuré" in key and "<script" not in key
    assert legend([("c1", "Un")], "fr").count("<li>") == 1 and all(unmeasured_words("en"))
