"""A language is one file: it is on offer, and pages speak it, numbers and days included."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from shared.base.translations import Catalogues, L, Lexicon, Phrase, languages, locale_of, plural, singular, translated
from shared.web.formatting import language_name, long_day, moment, number, percent
from tests.texts.language import language, written


def test_a_third_language_is_one_file(tmp_path: Path) -> None:
    before = languages()
    assert "eo" not in before
    with language(tmp_path, "eo", {"École": "Lernejo", ("jour", "jours"): ("tago", "tagoj")}):
        assert languages()[:1] == ("fr",) and set(languages()) == {*before, "eo"}
        assert Lexicon({"kind.school": "École"}).say("kind.school", "eo") == "Lernejo"
        assert [plural("eo", n, "jour", "jours") for n in (0, 1, 2)] == ["tagoj", "tago", "tagoj"]
        assert translated(L("Rien de tel"), "eo") == "Rien de tel", "what is not translated is said in French"
    assert "eo" not in languages()


def test_a_text_is_said_in_french_where_the_translation_is_doubtful(tmp_path: Path) -> None:
    written(tmp_path, "eo", {"École": "Lernejo"}, fuzzy=True)
    catalogue = Catalogues(tmp_path).of("eo")
    assert catalogue is not None and "École" not in catalogue.texts


def test_a_language_of_three_forms_says_each(tmp_path: Path) -> None:
    with language(tmp_path, "pl", {("jour", "jours"): ("dzień", "dni", "dni.")}):
        assert [plural("pl", n, "jour", "jours") for n in (1, 2, 5, 22)] == ["dzień", "dni", "dni.", "dni"]


def test_french_counts_none_as_one_and_english_as_several() -> None:
    assert [singular("fr", n) for n in (0, 1, 1.5, 2)] == [True, True, True, False]
    assert [singular("en", n) for n in (0, 1, 1.5, 2)] == [False, True, False, False]


def test_a_context_parts_what_french_says_alike(tmp_path: Path) -> None:
    folder = tmp_path / "eo.po"
    folder.write_text(
        'msgid ""\nmsgstr "Content-Type: text/plain; charset=utf-8\\n"\n\n'
        'msgid "Part"\nmsgstr "Parto"\n\nmsgctxt "shares"\nmsgid "Part"\nmsgstr "Kvoto"\n',
        encoding="utf-8",
    )
    catalogue = Catalogues(tmp_path).of("eo")
    assert catalogue is not None
    assert [catalogue.texts[str(L("Part", context=one))] for one in (None, "shares")] == [("Parto",), ("Kvoto",)]
    assert translated(L("Part", context="shares"), "fr") == "Part"


def test_a_text_can_be_kept_with_its_values() -> None:
    assert translated(Phrase("Adhérents, {year} : tous", {"year": 2016}), "fr") == "Adhérents, 2016\u00a0: tous"


def test_numbers_and_days_are_written_as_the_language_does() -> None:
    assert (number(1234.5, "de"), percent(0.358, "de")) == ("1.234,5", "35,8\u202f%")
    assert long_day("2017-10-31", "de") == "Dienstag, 31. Oktober 2017"
    assert moment("2017-10-31T16:42:00+00:00", "en") == "31/10/2017 at 17\u00a0h\u00a042"
    assert (language_name("en", "fr"), language_name("fr", "en"), language_name("xx", "en")) == (
        "anglais",
        "French",
        "xx",
    )
    assert str(locale_of("en")) == "en_GB" and str(locale_of("xx")) == "fr"


@pytest.mark.slow
@pytest.mark.parametrize("lang", ["fr"])
def test_french_reads_no_catalogue(lang: str) -> None:
    """The command line, and whoever reads French, does not wait for English."""
    code = (
        "import sys; from shared.base.translations import L, translated, languages; "
        f"translated(L('Structure'), {lang!r}); languages(); "
        "sys.exit('babel' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
