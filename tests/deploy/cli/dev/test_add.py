"""`maillage dev add`: what it writes passes every check as it is; what it can't write, it does not begin."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from deploy.cli.dev import slices
from deploy.cli.dev.feature_source import with_case, with_entry
from deploy.cli.dev.source_tree import CATALOGUE, NEEDED, SourceTree
from deploy.host.data_folder import CannotStart
from shared.base.services import SERVICES
from shared.contract import load_all
from tests.fixtures.indicator_histories import event

ROOT = Path(__file__).parents[4]
UNTOLD = shutil.ignore_patterns(".git", ".venv", "node_modules", ".hypothesis", "*.egg-info", "*.pyc.*")
"""Not copied. What Python, mypy and import-linter know of the modules as they are goes with these: they were compiled
before, and `make lint` came before."""

ONE_AFTER_THE_OTHER = """
import runpy, sys
modules, sys.argv[1:] = sys.argv[1:], []
for module in modules:
    try:
        runpy.run_module(module, run_name="__main__", alter_sys=True)
    except SystemExit as end:
        if end.code:
            raise
"""
"""What `python -m` does with each of several modules, in a process that reads the product once"""


def ran(folder: Path, program: str, *given: str) -> str:
    """What a program beside Python's says there; it must go well."""
    done = subprocess.run(
        [Path(sys.executable).with_name(program), *given],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(folder)},
        capture_output=True,
        text=True,
        encoding="utf-8",
    )
    assert done.returncode == 0, f"{program} {' '.join(given)}\n{done.stdout}\n{done.stderr}"
    return done.stdout


@pytest.mark.slow
def test_what_is_added_passes_every_check_and_its_own_tests_without_an_edit(tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(ROOT, copy, ignore=UNTOLD)

    def add(*given: str) -> list[str]:
        told = ran(copy, "python", "-m", "deploy.cli.main", "dev", "add", *given).splitlines()
        assert told[-1].startswith("What remains: make ")
        return [line.split()[1] for line in told if line.startswith("new ")]

    loan = ["loan_of_books", "--plural", "loans_of_books", "--french", "prêt de livres", "--french-plural", "prêts"]
    new = add("aggregate", *loan, "--service", "membership", "--english", "loan", "--english-plural", "loans")
    visit = ["visit", "--french", "visite", "--service", "events", "--feature", "tandems"]
    new += add("aggregate", *visit)
    new += add("page", "reading_room", "--service", "directory", "--french", "salle de l'été")
    new += add(
        "page", "opening_hours", "--service", "membership", "--feature", "loans_of_books", "--french", "horaires"
    )
    counted = ["--event", "LoanOfBooksOpened", "--unit", "group", "--french", "prêts ouverts"]
    new += add("indicator", "loans_opened", "--service", "membership", *counted)

    # make contract, make texts
    ran(
        copy,
        "python",
        "-c",
        ONE_AFTER_THE_OTHER,
        "shared.contract.schemas",
        "tests.docs.events_page",
        "tests.shared.contract.stored_names",
        "tests.abuse.routes",
        "services.observatory.indicators",
        "tests.texts.catalogue",
    )
    ran(copy, "ruff", "check", ".")
    ran(copy, "ruff", "format", "--check", ".")
    product = [one for one in new if one.endswith(".py") and not one.startswith("tests")]
    ran(copy, "mypy", *product, "services/membership/app.py", "services/directory/app.py", "services/events/app.py")
    ran(copy, "lint-imports")
    own = sorted(one for one in new if Path(one).name.startswith("test_"))
    assert len(own) == 4
    listing = "tests/abuse/test_roles.py::test_a_route_or_command_that_is_added_must_be_listed"
    counts = "tests/services/observatory/indicators/test_indicators.py::test_"
    indicators = [
        f"{counts}an_indicator_counts_what_its_history_says[loans_opened]",
        f"{counts}the_documentation_of_indicators_is_made_from_their_heads",
    ]
    ran(copy, "pytest", "-q", "-p", "no:cacheprovider", *own, "tests/texts", "tests/house", listing, *indicators)


@pytest.fixture
def small(tmp_path: Path) -> Path:
    """As much of a source tree as an indicator needs."""
    for one in (*NEEDED, slices.STORED):
        (tmp_path / one).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / one, tmp_path / one) if (ROOT / one).is_file() else (tmp_path / one).mkdir(exist_ok=True)
    return tmp_path


def files(folder: Path) -> dict[str, bytes]:
    return {str(one.relative_to(folder)): one.read_bytes() if one.is_file() else b"" for one in folder.rglob("*")}


def an_indicator(root: Path) -> SourceTree:
    tree = SourceTree(root)
    slices.add_indicator(tree, "tandems_formed", "events", "TandemFormed", "", ("tandems formés", ""))
    return tree


def test_an_installed_package_is_refused_in_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(CannotStart, match=r"is no checkout that can be written to\.$"):
        SourceTree(tmp_path)


def test_a_dry_run_shows_the_files_and_writes_none(small: Path) -> None:
    before = files(small)
    folder = "services/observatory/indicators/tandems_formed"
    told = ["new     " + folder + ".sql", "new     " + folder + ".yaml", "changed " + CATALOGUE]
    assert an_indicator(small).write(dry=True) == told
    assert files(small) == before
    assert an_indicator(small).write() == told and files(small).keys() - before.keys() > {f"{folder}.sql"}


def test_all_is_written_or_nothing(small: Path) -> None:
    tree = an_indicator(small)
    in_the_way = small / "services/observatory"
    in_the_way.write_text("")  # since it was looked
    before = files(small)
    with pytest.raises(CannotStart, match="Nothing is written"):
        tree.write()
    in_the_way.unlink()
    last = sorted(tree.new)[-1]
    (small / last).parent.mkdir(parents=True)
    (small / last).write_text("of somebody else")
    before = files(small)
    with pytest.raises(CannotStart, match="Nothing is written"):
        tree.write()
    assert files(small) == before
    with pytest.raises(CannotStart, match=r"is there already"):
        an_indicator(small)


def test_what_is_changed_is_as_before_where_the_rest_can_not_be_written(small: Path) -> None:
    tree = an_indicator(small)
    before = files(small)
    tree.changed["tests/abuse/routes.txt"] = "\ud800"  # which no file can hold
    with pytest.raises(UnicodeEncodeError):
        tree.write()
    assert files(small) == before


@pytest.mark.parametrize("service", SERVICES)
def test_every_service_takes_an_aggregate_and_a_page(service: str) -> None:
    tree = SourceTree()
    slices.add_aggregate(tree, "loan", service, "loans", ("prêt", ""))
    slices.add_page(tree, "reading_room", service, "reading_room", ("salle de lecture", ""))
    assert {f"services/{service}/app.py", "pyproject.toml"} < tree.changed.keys()
    assert "LOANS, READING_ROOM, " in tree.text(f"services/{service}/app.py")
    assert tree.text("pyproject.toml").index('"loans"') < tree.text("pyproject.toml").index("[tool.coverage.run]")


@pytest.mark.parametrize(
    ("service", "feature", "domain"),
    [
        ("events", "tandems", "domain.py"),
        ("events", "gatherings", "domain/loan.py"),
        ("membership", "members", "domain/loan.py"),
        ("newsletter", "delivery", "domain.py"),
    ],
)
def test_an_aggregate_in_a_capability_takes_nine_files_and_a_page_four(service: str, feature: str, domain: str) -> None:
    """docs/contributing.md says so; the catalogue is one of them. What `make contract` writes counts apart."""
    tree = SourceTree()
    slices.add_aggregate(tree, "loan", service, "loans", ("prêt", ""), feature)
    room, new = f"services/{service}/{feature}", f"services/{service}/templates/loans.html"
    parts = {f"{room}/{one}" for one in (domain, "views.py", "pages.py", "words.py", "feature.py")}
    around = {f"shared/contract/{service}/loans.py", CATALOGUE, new, f"tests/{room}/test_loan.py"}
    assert tree.new.keys() | tree.changed.keys() == parts | around and len(parts | around) == 9
    page = SourceTree()
    slices.add_page(page, "opening_hours", "events", "tandems", ("horaires", ""))
    assert len(page.new.keys() | page.changed.keys()) == 4


def test_what_a_feature_says_is_joined_to_what_it_said() -> None:
    bare = "FEATURE = Feature(name='loans')\n"
    assert with_entry(bare, "views", "LOANS") == "FEATURE = Feature(name='loans', views=(LOANS,))\n"
    more = "FEATURE = Feature(views=(A, B,), deciders=[*some(), C], routes=(f(x)))\n"
    for keyword in ("views", "deciders", "routes"):
        more = with_entry(more, keyword, "D")
    assert more == "FEATURE = Feature(views=(A, B, D), deciders=[*some(), C, D], routes=((*f(x), D)))\n"
    mapped = with_entry(with_entry(bare, "again", "A: B", "{}"), "again", "C: D", "{}")
    assert mapped == "FEATURE = Feature(name='loans', again={A: B, C: D})\n"
    assert with_entry("FEATURE = Feature(again=AGAIN)\n", "again", "C: D", "{}") == (
        "FEATURE = Feature(again={**AGAIN, C: D})\n"
    )
    whole, case = "def page_of(command):\n    return None\n", "    return 1\n"
    before = f"from a import b\n{bare}"
    after = f"from a import b\n{whole}\n\n\nFEATURE = Feature(name='loans', page_of=page_of)\n"
    assert with_case(before, "page_of", case, whole) == after
    way = 'def way(command):\n    """Été."""\n{}    return 0\nFEATURE = Feature(page_of=way)\n'
    assert with_case(way.format(""), "page_of", case, whole) == way.format(case)
    for other in ("FEATURE = composed()\n", "from a import way\nFEATURE = Feature(page_of=way)\n"):
        with pytest.raises(CannotStart, match="by hand"):
            with_case(other, "page_of", case, whole)


@pytest.mark.parametrize("name", sorted(load_all()))
def test_an_event_of_each_type_can_be_given_to_an_indicator(name: str) -> None:
    kind = load_all()[name]
    assert isinstance(event(name, yaml.safe_load(json.dumps(slices.example(kind)))), kind)


@pytest.mark.parametrize(
    "name",
    ["", "Loan", "2loans", "loan-item", "loan__item", "class", "match", "été", "title", "copy", "events", "a" * 31],
)
def test_a_name_that_the_code_can_not_say_is_refused(name: str) -> None:
    with pytest.raises(CannotStart):
        slices.add_page(SourceTree(), name, "events", "loans", ("prêt", ""))


@pytest.mark.parametrize(
    ("name", "plural", "why"),
    [
        ("tandem", "tandems_again", "event events.tandem"),
        ("project", "projets", "event"),
        ("loan", "gatherings", "view events/gatherings"),
        ("gathering", "meetings", "event"),
        ("loan", "loan", "say --plural"),
        ("loan", "agenda", "is there already"),
    ],
)
def test_an_aggregate_takes_no_name_that_is_taken_or_stored(name: str, plural: str, why: str) -> None:
    with pytest.raises(CannotStart, match=why):
        slices.add_aggregate(SourceTree(), name, "events", plural, ("prêt", ""))


@pytest.mark.parametrize(
    ("name", "feature", "why"),
    [
        ("tandems", "tandems", "is there already"),
        ("privacy", "leaflets", "answers there already"),
        ("prices", "base", "means something else"),
        ("prices", "gatherings", "by hand"),
    ],
)
def test_a_page_takes_no_address_that_is_taken(name: str, feature: str, why: str) -> None:
    with pytest.raises(CannotStart, match=why):
        slices.add_page(SourceTree(), name, "events", feature, ("tarifs", ""))


def test_a_page_stands_under_the_address_of_its_capability_and_behind_no_other() -> None:
    tree = SourceTree()
    slices.add_page(tree, "legend", "observatory", "dashboard", ("légende", "legend"))
    assert '"/observatory/dashboard/legend"' in tree.text("tests/services/observatory/dashboard/test_legend.py")
    with pytest.raises(CannotStart, match="answers there already"):
        slices.add_page(SourceTree(), "legend", "observatory", "journal", ("légende", "legend"))


@pytest.mark.parametrize(
    ("name", "event_", "unit", "why"),
    [
        ("tandems", "TandemFormed", "", "indicator tandems"),
        ("formed", "MemberJoined", "", "says no event"),
        ("formed", "", "", "says no event"),
        ("formed", "TandemFormed", "acre", "no unit acre"),
    ],
)
def test_an_indicator_takes_no_name_that_is_taken_and_counts_what_there_is(
    name: str, event_: str, unit: str, why: str
) -> None:
    with pytest.raises(CannotStart, match=why):
        slices.add_indicator(SourceTree(), name, "events", event_, unit, ("tandems formés", ""))


@pytest.mark.parametrize("french", ["", 'un "prêt"', "{prêt}", "<b>prêt</b>", "prêt\\", "prêt\nlong", "L" * 61])
def test_words_that_no_text_may_have_are_refused(french: str) -> None:
    with pytest.raises(CannotStart, match="--french"):
        slices.add_page(SourceTree(), "loans", "events", "loans", (french, ""))


def test_french_that_is_something_else_in_english_already_is_told_apart_by_its_context() -> None:
    tree = SourceTree()
    slices.add_page(tree, "party", "events", "parties", ("part", "party"))
    slices.add_page(tree, "share", "events", "shares", ("part", "share of a party"))
    words = [tree.text(f"services/events/{one}/words.py") for one in ("parties", "shares")]
    assert 'L("Part", context="page.share")' in words[1]
    assert tree.text(CATALOGUE).count('msgid "Part"') > SourceTree().text(CATALOGUE).count('msgid "Part"')
    with pytest.raises(CannotStart, match="choose other words"):
        slices.add_indicator(SourceTree(), "formed", "events", "TandemFormed", "", ("structure", "something"))
