"""Every text is in every catalogue, none is there that nobody says, and what is said has the same values in each."""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from jinja2 import Environment, nodes

from deploy.host.all_services import DEFINITIONS
from services.observatory.indicators import INDICATORS
from services.observatory.network.printed_review import published
from shared.base.network_files import printed_reviews
from shared.base.translations import BETWEEN, LOCALE, Phrase, Text, languages
from shared.web.words.messages import WORDS
from tests.texts.catalogue import PLACES, ROOT, forms, name_of, read, said, write, wrong

each_language = pytest.mark.parametrize("path", sorted(LOCALE.glob("*.po")), ids=lambda path: path.stem)


@pytest.fixture(scope="module")
def wanted() -> Catalog:
    """All that the code says; read once this file is tried, not while every worker looks which tests there are."""
    return said()


@pytest.mark.slow
@each_language
def test_nothing_is_missing_stale_or_said_with_other_values(path: Path, wanted: Catalog) -> None:
    assert list(wrong(read(path), wanted)) == [], "make texts, and docs/texts.md"


@each_language
def test_a_catalogue_lies_as_make_texts_writes_it(path: Path, tmp_path: Path, wanted: Catalog) -> None:
    catalogue = read(path)
    catalogue.update(wanted, update_creation_date=False)
    again = tmp_path / path.name
    write(again, catalogue)
    assert again.read_text() == path.read_text(), "make texts"


def test_english_is_whole_and_french_needs_no_catalogue() -> None:
    assert languages()[0] == "fr" and "en" in languages()
    assert not (LOCALE / "fr.po").exists()


def texts() -> Iterator[tuple[str, Text]]:
    """What is said by way of a table or of data, and where."""
    for code, text in WORDS.items():
        yield code, text
    for service in DEFINITIONS:
        for code, text in service.words.items():
            yield f"{service.name} {code}", text
        for purpose in service.persons.purposes if service.persons else ():
            for name in ("whom", "what", "why", "ground", "begins", "seen_by"):
                yield f"{purpose.code} {name}", getattr(purpose, name)
    for one in INDICATORS.values():
        yield f"{one.name} title", one.title
        yield f"{one.name} definition", one.definition
    for review in map(published, printed_reviews()):
        yield "review", review.title
        for figure in review.figures:
            yield figure.path, figure.label
            if figure.note:
                yield figure.path, figure.note
        yield from review.others.items()


def test_what_tables_and_data_say_is_found_by_make_texts(wanted: Catalog) -> None:
    """A text that nobody finds is in no catalogue, and said in French to everybody."""
    lost = []
    for where, text in texts():
        plain = text.text if isinstance(text, Phrase) else text
        context, _, french = plain.rpartition(BETWEEN)
        if wanted.get(french, context or None) is None:
            lost.append(f"{where}: {french}")
    assert lost == []


@pytest.mark.slow
def test_a_template_says_texts_that_are_found_and_nothing_beside() -> None:
    """One text, plain or kept elsewhere; no choice among texts inside the brackets, which nobody would find."""
    bad = []
    for place in PLACES:
        for path in sorted((ROOT / place).rglob("templates/**/*.*")):
            if path.suffix not in (".html", ".txt"):
                continue
            for call in Environment().parse(path.read_text(encoding="utf-8")).find_all(nodes.Call):
                name = call.node.name if isinstance(call.node, nodes.Name) else getattr(call.node, "attr", "")
                first, most = {"L": (0, 1), "L_in": (1, 2), "many": (1, 3)}.get(name, (0, 99))
                if most == 99:
                    continue
                args = [one.node if isinstance(one, nodes.Filter) else one for one in call.args]
                chosen = any(isinstance(one, nodes.CondExpr | nodes.Getitem | nodes.Concat) for one in args[first:most])
                if chosen or call.dyn_args or len(args) > most:
                    bad.append(f"{path.relative_to(ROOT)}:{call.lineno}")
    assert bad == []


def every(catalogue: Catalog) -> Iterator[tuple[str, str]]:
    for one in catalogue:
        if one.id:
            for text in (*(one.id if isinstance(one.id, list | tuple) else (one.id,)), *forms(one)):
                yield name_of(one), str(text)


def test_words_are_set_with_the_signs_of_print(wanted: Catalog) -> None:
    """No space at the end of a line, no two spaces in a row; the apostrophe of print in French."""
    bad = []
    for path in LOCALE.glob("*.po"):
        for name, text in every(read(path)):
            plain = re.sub(r"<[^>]*>", "", text)
            if re.search(r"  | \n", plain):
                bad.append(f"{path.name}: {name}: {text}")
    bad += [text for text in french(wanted) if re.search(r"[^\W\d]'[^\W\d]", re.sub(r"<[^>]*>", "", text))]
    assert bad == []


def french(wanted: Catalog) -> Iterator[str]:
    for one in wanted:
        yield from (str(text) for text in (one.id if isinstance(one.id, list | tuple) else (one.id,)))


@each_language
def test_a_text_that_joins_two_others_keeps_the_spaces_at_its_ends(path: Path) -> None:
    """A word is not glued to what stands before it or after it."""
    bad = []
    for one in read(path):
        if one.id and isinstance(one.id, str) and one.id.strip():
            said = forms(one)[0]
            if (one.id[0] == " " and said[:1].isalnum()) or (one.id[-1] == " " and said[-1:].isalnum()):
                bad.append(name_of(one))
    assert bad == []


@pytest.mark.slow
def test_no_words_are_kept_for_a_refusal_that_nobody_says() -> None:
    """What no code of ours says is translated for nothing; words that a reference to nothing is refused with follow
    from what commands refer to."""
    texts = Counter(
        node.value
        for place in ("shared", "services", "deploy")
        for path in (ROOT / place).rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    )
    commands = [command for one in DEFINITIONS for decider in one.deciders for command in decider.decisions]
    kinds = {refers.to.rpartition(".")[2] for command in commands for refers in command.refers.values()}
    kept = {code for one in (WORDS, *(d.words for d in DEFINITIONS)) for code in one if code.startswith("refused.")}
    said = {f"refused.{code}" for code in texts} | {f"refused.unknown-{kind}" for kind in kinds}
    said |= {code for code in kept if texts[code] > 1}  # beside the table of words itself
    assert sorted(code for code in kept - said if "." not in code.removeprefix("refused.")) == []
