"""What happened, in a sentence, with its detail as people call it: a term, a law, a language, not their codes.

`shared.contract.labels` says it in the words of the type; what a code stands for, the notions know."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from shared.base.translations import SOURCE, L, Lang, locale_of, translated
from shared.contract import labels
from shared.geo import DEPARTMENTS
from shared.notions.legal_terms import LAWS, legal_terms
from shared.notions.network import DYES
from shared.notions.vocabularies.view import known_lists

Data = Mapping[str, Any]


def sentence(kind: str, data: Data | None, lang: Lang) -> str:
    """As `shared.contract.labels.sentence`."""
    told = None if data is None or kind not in DETAILS else DETAILS[kind](data, lang)
    return labels.sentence(kind, data, lang, told=told)


def _titled(titles: Data, lang: Lang) -> str | None:
    return titles.get(lang) or titles.get(SOURCE) or next(iter(titles.values()), None)


def _defined(data: Data, lang: Lang) -> str | None:
    return _titled(data.get("titles") or {}, lang)


def _closed(data: Data, lang: Lang) -> str:
    return known_lists().title(str(data.get("vocabulary")), str(data.get("code")), lang)


def _region(data: Data, lang: Lang) -> str | None:
    places = ", ".join(DEPARTMENTS[one].name if one in DEPARTMENTS else one for one in data.get("departments") or ())
    if not places:
        return translated(L("aucune"), lang)
    return f"{data['region']} ({places})" if data.get("region") else places


def _languages(data: Data, lang: Lang) -> str:
    return ", ".join(str(locale_of(lang).languages.get(one, one)) for one in data.get("languages") or ())


def _of(words: Mapping[str, str], field: str) -> Callable[[Data, Lang], str | None]:
    return lambda data, lang: translated(words[data[field]], lang) if data.get(field) in words else None


def _term(data: Data, lang: Lang) -> str | None:
    term = legal_terms().get(str(data.get("term")))
    return _titled(term.title, lang) if term else None


def _reviews(data: Data, lang: Lang) -> str:
    return ", ".join(data.get("reviews") or ()) or translated(L("aucun"), lang)


DETAILS: Mapping[str, Callable[[Data, Lang], str | None]] = {
    "TermDefined": _defined,
    "TermRevised": _defined,
    "TermClosed": _closed,
    "RegionDrawn": _region,
    "LanguagesChosen": _languages,
    "DyeChosen": _of(DYES, "dye"),
    "LawChosen": _of(LAWS, "law"),
    "LegalTermStated": _term,
    "PrintedReviewsNamed": _reviews,
}
"""Type of event → what its detail is called; None: as the contract says it"""
