"""What is wrong with the data of a printed review is said: in which file, and where."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from services.observatory.network.printed_layout import WrongReview
from services.observatory.network.printed_review import published
from shared.base.network_files import beside, printed_reviews

SECOND = Path(__file__).parents[3] / "fixtures" / "printed" / "grand-est-2021"


@pytest.mark.parametrize(
    ("file", "old", "new", "why"),
    [
        ("page", "path: gatherings.evenings.2021", "path: gatherings.none", "page.yaml: first.0.path: the review"),
        ("page", "kind: stack", "kind: pie", r"page.yaml: pictures.0.kind"),
        ("page", "kind: stack", "kind: bars", r"pictures.0: a picture of kind bars has a `path` with {year}"),
        ("page", "years: [2020, 2021]", "years: [2019, 2021]", "no figure members.by_college.{college}.2019"),
        ("page", "    years: [2020, 2021]\n", "", "`years` are the first and the last"),
        ("page", "tab: {", "tabs: {", "page.yaml: tab: Field required; tabs: Extra"),
        ("page", "counted: {en: [town, towns], fr: [ville, villes]}, ", "", "say either `text` or `counted`"),
        ("page", "printed: {en: printed in 2022, fr: imprimé en 2022}", "printed: {}", "printed: say a text"),
        ("page", "first:", ": : first", "page.yaml can't be read"),
        ("paths", "indicator: gatherings_held", "indicator: aperos", "figures.3.indicator: there is no"),
        ("paths", "paths: [gatherings.towns]", "paths: [gatherings.cities]", "paths.yaml: gatherings.cities: no such"),
        ("paths", "paths: [gatherings.towns]", "paths: [gatherings.evenings.2021]", "no such figure|said once"),
        ("paths", "as_of: 2021-12-31", "as_of: someday", "paths.yaml: as_of"),
        ("review", "evenings: {2021: 2}", "evenings: {2021: few}", "gatherings.evenings.2021: no such figure"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said(tmp_path: Path, file: str, old: str, new: str, why: str) -> None:
    folder = Path(shutil.copytree(SECOND, tmp_path / "theirs"))
    said = (folder / f"{file}.yaml").read_text(encoding="utf-8")
    assert old in said
    (folder / f"{file}.yaml").write_text(said.replace(old, new), encoding="utf-8")
    with beside(tmp_path), pytest.raises(WrongReview, match=why) as wrong:
        published("theirs")
    assert str(wrong.value).startswith("theirs/")


def test_a_review_that_is_looked_at_is_there_for_as_long() -> None:
    with beside(SECOND.parent):
        assert "grand-est-2021" in printed_reviews() and published("grand-est-2021").title
    assert "grand-est-2021" not in printed_reviews()
    with pytest.raises(KeyError):
        published("grand-est-2021")
