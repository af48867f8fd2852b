"""What counts as a difference between two answers, and what does not."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from io import BytesIO
from zipfile import ZipFile

import pytest

from tests.compare.answers import Answer, Ask
from tests.compare.crawl import Chosen, kind_of, links_of
from tests.compare.differences import Compared
from tests.compare.normal import same

HTML = {"content-type": "text/html; charset=utf-8"}
ID, OTHER = "0192f3a1-7c55-7abc-8def-0123456789ab", "0192f3a1-7c56-7fff-9def-0123456789ab"
KNOWN, STRANGER = "5af61c2f-fb62-5668-a832-6aca38ab4381", "6af61c2f-fb62-5668-a832-6aca38ab4381"


def page(text: str, **headers: str) -> Answer:
    more = {name.replace("_", "-"): value for name, value in headers.items()}
    return Answer(200, {**HTML, **more}, text.encode())


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ('<a class="x" href="/y">z</a>', '<a href="/y" class="x">z</a>'),
        ("<p>Eau\n   vive</p>", "<p>Eau vive</p>"),
        ("<ul>\n  <li>Eau\n</ul>", "<ul><li>Eau</ul>"),
        ("<p>l’eau &amp; l&#39;air</p>", "<p>l’eau & l'air</p>"),
        (f'<input name="command_id" value="{ID}">', f'<input name="command_id" value="{OTHER}">'),
        ("<a href='http://127.0.0.1:8001/x'>x</a>", "<a href='http://127.0.0.1:8002/x'>x</a>"),
    ],
)
def test_what_nobody_sees_is_no_difference(one: str, other: str) -> None:
    assert same(page(one), page(other))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("<p>Enregistrer</p>", "<p>Sauver</p>"),
        ("<p>l’eau</p>", "<p>l'eau</p>"),
        ("<p>n°\u00a05</p>", "<p>n° 5</p>"),
        ("<b>Eau</b> <i>vive</i>", "<b>Eau</b><i>vive</i>"),
        ("<pre>a  b</pre>", "<pre>a b</pre>"),
        ("<textarea>a\nb</textarea>", "<textarea>a b</textarea>"),
        ('<a href="/x">y</a>', '<a href="/z">y</a>'),
        ('<a class="x">y</a>', "<a>y</a>"),
        ("<td>a</td><td>b</td>", "<td>b</td><td>a</td>"),
        ("<ul><li>a</li></ul>", "<ol><li>a</li></ol>"),
        ("<!-- a -->", "<!-- b -->"),
        (f'<a href="/x/{KNOWN}">y</a>', f'<a href="/x/{STRANGER}">y</a>'),
        ("<p>tenue le 29/11/2026 à 20\u00a0h\u00a021</p>", "<p>tenue le 29/11/2026 à 20\u00a0h\u00a022</p>"),
    ],
)
def test_what_a_reader_may_see_is_one(one: str, other: str) -> None:
    assert not same(page(one), page(other))


def test_a_moment_of_the_crawl_itself_is_none_and_one_before_it_is() -> None:
    def at(minute: int) -> Answer:
        return page(f"<p>le 29/11/2026 à 20\u00a0h\u00a0{minute}. 2026-11-29T19:{minute}:01.000001Z</p>")

    since = datetime(2026, 11, 29, 19, 21, tzinfo=UTC)
    assert same(at(21), at(22), since) and not same(at(20), at(21), since) and not same(at(21), at(22))


@pytest.mark.parametrize(
    "header", ["cache_control", "content_security_policy", "location", "vary", "x_frame_options", "content_language"]
)
def test_a_header_that_tells_the_browser_something_is_one(header: str) -> None:
    assert not same(page("x", **{header: "a"}), page("x", **{header: "b"}))
    assert not same(page("x", **{header: "a"}), page("x"))


@pytest.mark.parametrize("header", ["date", "etag", "content_length"])
def test_a_header_that_says_when_or_how_long_is_none(header: str) -> None:
    assert same(page("x", **{header: "a"}), page("x", **{header: "b"}))


def test_a_cookie_counts_by_being_there() -> None:
    assert same(page("x", set_cookie="s=1"), page("x", set_cookie="s=2"))
    assert not same(page("x", set_cookie="s=1"), page("x"))


def test_status_and_type_are_compared() -> None:
    assert not same(Answer(200, HTML, b"x"), Answer(404, HTML, b"x"))
    assert not same(page("x"), page("x", content_type="text/plain"))


def test_an_object_has_no_order_and_an_array_has() -> None:
    def said(value: object) -> Answer:
        return Answer(200, {"content-type": "application/json"}, json.dumps(value).encode())

    assert same(said({"a": 1, "b": [1, 2]}), said({"b": [1, 2], "a": 1}))
    assert not same(said({"b": [1, 2]}), said({"b": [2, 1]}))


def test_a_workbook_is_what_it_holds_and_not_when_it_was_packed() -> None:
    def packed(made: str, cell: str) -> Answer:
        to = BytesIO()
        with ZipFile(to, "w") as file:
            file.writestr("docProps/core.xml", f"<x><dcterms:created a='b'>{made}</dcterms:created></x>")
            file.writestr("sheet.xml", f"<c>{cell}</c>")
        return Answer(200, {"content-type": "application/vnd.ms-excel"}, to.getvalue())

    assert same(packed("2026-01-01", "Eau"), packed("2026-01-02", "Eau"))
    assert not same(packed("2026-01-01", "Eau"), packed("2026-01-01", "Air"))


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        (f"/directory/structures/{KNOWN}", "/directory/structures/…"),
        (f"/directory/structures/{KNOWN}.vcf", "/directory/structures/….vcf"),
        ("/observatory/journal/14", "/observatory/journal/…"),
        ("/directory/?sort=name&kind=school", "/directory/?kind&sort"),
        ("/observatory/indicators/members_by_college", "/observatory/indicators/members_by_college"),
    ],
)
def test_pages_are_of_one_kind_whatever_they_are_about(path: str, kind: str) -> None:
    assert kind_of(path) == kind


def test_links_within_the_installation_are_found_once_and_others_not() -> None:
    hrefs = ("/x?a=1&amp;b=2#c", "y", "https://exemple.invalid/", "/x?a=1&b=2")
    text = "".join(f'<a href="{each}">x</a>' for each in hrefs)
    assert links_of("/d/", page(text), "http://here") == ["/x?a=1&b=2", "/d/y"]


def test_so_many_of_a_kind_are_taken() -> None:
    chosen = Chosen(2)
    taken = [chosen.take(path) for path in ("/j/1", "/j/1", "/j/2", "/j/3", "/k/1")]
    assert (taken, chosen.left) == ([True, False, True, False, True], 1)


def test_what_differs_alike_in_many_kinds_is_shown_once_and_counted_everywhere() -> None:
    compared = Compared()
    for path in ("/a", "/b", "/b"):
        ask = Ask("reader", "fr", path, path)
        compared.add(ask, page(f"<p>{path}</p><p>Eau</p>"), page(f"<p>{path}</p><p>Air</p>"))
    report = "\n".join(compared.report())
    assert report.count("-Eau") == 1 and "the same in 1 other kinds: /b" in report
    assert "different: /b: 2 of 2" in report and not compared.alike
