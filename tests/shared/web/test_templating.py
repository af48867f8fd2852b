import ast
import re
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, Literal

import pytest
from jinja2 import Environment, meta
from pydantic import BaseModel, Field
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Mount, Route
from starlette.testclient import TestClient

from shared.base.translations import Lexicon
from shared.identity.principal import OPERATOR
from shared.web.forms.forms import Form
from shared.web.static_files import asset, static_app
from shared.web.templating import Pages
from shared.web.words.messages import WORDS
from tests.texts.language import language

Client = Callable[..., TestClient]


@pytest.fixture
def client(tmp_path: Path) -> Client:
    """A client of one page, made of the text of its content block."""

    def of(content: str = "", **context: Any) -> TestClient:
        page = '{% extends "layout.html" %}{% block head %}{{ m.head("Titre") }}{% endblock %}'
        (tmp_path / "page.html").write_text(page + "{% block content %}" + content + "{% endblock %}", encoding="utf-8")
        words = {"kind.school": "École"}
        now = datetime(2017, 10, 31, 16, 42, tzinfo=UTC)
        pages = Pages("directory", tmp_path, words, network_title=lambda: "Réseau <b>", now=lambda: now)

        async def show(request: Request) -> Response:
            request.state.who = OPERATOR
            return pages.render(request, "page.html", **context)

        async def nowhere(request: Request) -> Response:
            return pages.problem(request, 404)

        inner = Starlette(routes=[Route("/structures", show), Route("/nowhere", nowhere)])
        return TestClient(Starlette(routes=[Mount("/directory", inner), Mount("/static", static_app())]))

    return of


def test_a_page_speaks_french_until_asked_otherwise_and_remembers_the_answer(client: Client, tmp_path: Path) -> None:
    visitor = client(
        '{{ L("bonjour {who}"|safe, who="<b>") }} {{ say("kind.school") }} {{ many(2, "jour", "jours") }} {{ '
        "number(0.5) }}"
    )
    texts = {"bonjour {who}": "<i>saluton</i> {who}", "École": "Lernejo", ("jour", "jours"): ("tago", "tagoj")}
    with language(tmp_path / "locale", "eo", texts):
        page = visitor.get("/directory/structures")
        assert "bonjour &lt;b&gt; École 2\u00a0jours 0,5" in page.text
        assert 'lang="en" hreflang="en"' in page.text and 'lang="eo" hreflang="eo"' in page.text
        other = visitor.get("/directory/structures?lang=eo")
        assert "<i>saluton</i> &lt;b&gt; Lernejo 2\u00a0tagoj 0,5" in other.text and '<html lang="eo">' in other.text
        assert other.headers["content-language"] == "eo"
        assert "samesite=lax" in other.headers["set-cookie"].lower() and "31536000" in other.headers["set-cookie"]
        assert "saluton" in visitor.get("/directory/structures").text
    assert '<html lang="fr">' in visitor.get("/directory/structures").text, "a language that is offered no more"


def test_an_unknown_language_is_not_remembered(client: Client) -> None:
    answer = client().get("/directory/structures?lang=xx")
    assert '<html lang="fr">' in answer.text and "set-cookie" not in answer.headers


def test_what_people_wrote_is_escaped(client: Client) -> None:
    answer = client("{{ m.tag(wrote) }}{{ wrote }}", wrote="<script>").get("/directory/structures").text
    assert "<script>" not in answer and "Réseau &lt;b&gt;" in answer


def test_a_first_letter_is_made_large_and_no_other_small(client: Client) -> None:
    answer = client("{{ said|capitalize }}", said="monday 30 November").get("/directory/structures").text
    assert "Monday 30 November" in answer


@pytest.mark.parametrize(
    ("title", "within"),
    [
        ("Associatif", "associatif"),
        ("Collectivités de Haute-Garonne", "collectivités de Haute-Garonne"),
        ("ONG et fondations", "ONG et fondations"),
        ("À but non lucratif", "à but non lucratif"),
        ("", ""),
    ],
)
def test_a_title_within_a_sentence_keeps_its_names(client: Client, title: str, within: str) -> None:
    assert f"[{within}]" in client("[{{ said|within }}]", said=title).get("/directory/structures").text


def test_the_foot_says_the_event_that_the_page_shows(client: Client) -> None:
    answer = client(sequence=47913).get("/directory/structures").text
    assert '<a href="/observatory/journal/47913">47\u202f913</a>, le 31/10/2017 à 17\u00a0h\u00a042' in answer
    assert "Page établie" not in client().get("/directory/structures").text


def test_a_page_of_another_date_writes_both_dates_and_leads_back(client: Client) -> None:
    answer = client(as_of=date(2017, 10, 31), known_at=date(2018, 1, 15))
    page = answer.get("/directory/structures?as_of=2017-10-31&kind=school").text
    assert 'class="when travel"' in page and "au 31/10/2017 · connu le 15/01/2018" in page
    assert 'href="/directory/structures?kind=school"' in page
    assert 'class="when"' in client().get("/directory/structures").text


def test_an_address_keeps_what_it_says_and_begins_again_at_the_first_page(client: Client) -> None:
    visitor = client('{{ here(kind="school") }} {{ here(dep=none) }} {{ here(dep=["09", "31"]) }} {{ here(page=3) }}')
    page = visitor.get("/directory/structures?dep=31&page=2&done=5").text
    for address in ("?dep=31&amp;kind=school", "/structures ", "?dep=09&amp;dep=31", "?dep=31&amp;page=3"):
        assert f"{address}" in page
    assert "done=" not in page


def test_after_a_command_the_page_says_that_it_is_saved(client: Client) -> None:
    visitor = client()
    assert "C’est enregistré." in visitor.get("/directory/structures?done=47914").text
    assert "C’est enregistré." not in visitor.get("/directory/structures?done=<b>").text


def test_a_value_that_was_not_given_breaks_the_page_rather_than_hiding(client: Client) -> None:
    with pytest.raises(Exception, match="nobody_gave_this"):
        client("{{ nobody_gave_this }}").get("/directory/structures")


def test_a_problem_is_a_page_too(client: Client) -> None:
    answer = client().get("/directory/nowhere")
    assert answer.status_code == 404 and "Rien à cette adresse" in answer.text


def test_the_style_sheet_is_kept_for_a_year_under_an_address_that_changes_with_it(client: Client) -> None:
    address = asset("maillage.css")
    assert "?v=" in address
    assert "immutable" in client().get(address).headers["cache-control"]
    assert client().get("/static/maillage.css").headers["cache-control"] == "no-cache"


def test_a_table_is_a_list_of_cards_on_a_phone_and_keeps_its_roles(client: Client) -> None:
    table = '{{ m.table("Deux", ["Nom", ("Nombre", "num")], [[{"text": "A", "href": "/a"}, 3], ["B", none]]) }}'
    page = client(table).get("/directory/structures").text
    assert '<th scope="row" role="rowheader"><a href="/a">A</a></th>' in page
    assert '<td role="cell" data-label="Nombre" class="num"><span>—</span></td>' in page


def test_a_figure_not_measured_is_said_in_words(client: Client) -> None:
    page = client('{{ m.figures([{"label": "Bénévoles", "value": none}]) }}').get("/directory/structures").text
    assert "non mesuré" in page and ">None<" not in page


class Register(BaseModel):
    name: str = Field(min_length=2)
    kind: Literal["school", "company"]
    listed: bool = False


def test_a_wrong_answer_is_summed_up_linked_and_described_beside_its_field(client: Client) -> None:
    errors = {"name": "Il manque une réponse.", "kind": "Choisissez-en une."}
    form = Form.of(Register, Lexicon(WORDS), "fr", values={"name": '"><b>'}, errors=errors, hidden={"version": 3})
    page = client('{{ m.form(form, "/do/Register", "Inscrire", cancel="/directory/") }}', form=form)
    text = page.get("/directory/structures").text
    assert "Deux réponses sont à revoir." in text and 'role="alert"' in text
    assert '<a href="#f-name">Nom\u00a0: il manque une réponse.</a>' in text and '<a href="#f-kind-1">' in text
    assert 'aria-describedby="f-name-e" aria-invalid="true"' in text
    assert '<p class="error" id="f-name-e">Il manque une réponse.</p>' in text
    assert 'value="&#34;&gt;&lt;b&gt;"' in text
    assert '<input type="hidden" name="version" value="3">' in text
    assert '<input type="hidden" name="_shown" value="listed">' in text


def test_a_form_without_errors_has_no_summary(client: Client) -> None:
    page = client('{{ m.form(form, "#", "Inscrire") }}', form=Form.of(Register, Lexicon(WORDS), "fr"))
    assert 'role="alert"' not in page.get("/directory/structures").text


def test_every_component_can_be_drawn_in_both_languages(client: Client) -> None:
    gallery = (Path(__file__).parent / "gallery.html").read_text(encoding="utf-8")
    visitor = client(gallery, form=Form.of(Register, Lexicon(WORDS), "fr"))
    for lang in ("fr", "en"):
        page = visitor.get(f"/directory/structures?lang={lang}")
        assert page.status_code == 200
        ids = re.findall(r'\bid="([^"]+)"', page.text)
        assert len(ids) == len(set(ids)), "an id stands twice"
        assert all(f'id="{name}"' in page.text for name in re.findall(r'(?:href="#|<label for=")([\w-]+)"', page.text))


@pytest.mark.slow
def test_no_page_gives_a_name_that_the_layout_reads_another_meaning() -> None:
    """A list under such a name is an error on every page that has it."""
    layout = Path("shared/web/templates/layout.html").read_text(encoding="utf-8")
    read = meta.find_undeclared_variables(Environment().parse(layout))
    assert "said_after" in read
    theirs = {"as_of", "footnote", "known_at", "problem", "sequence"}  # a page says what they are
    found = [
        f"{path}:{call.lineno}: {keyword.arg}"
        for folder in ("services", "shared", "deploy")
        for path in sorted(Path(folder).rglob("*.py"))
        if ".html" in (code := path.read_text(encoding="utf-8"))
        for call in ast.walk(ast.parse(code))
        if isinstance(call, ast.Call)
        and any(isinstance(one, ast.Constant) and str(one.value).endswith(".html") for one in call.args)
        for keyword in call.keywords
        if keyword.arg in read - theirs
    ]
    assert found == []
