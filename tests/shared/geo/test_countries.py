"""Countries by the names that people write; communes as somebody types them."""

from shared.geo import communes_beginning
from shared.geo.countries import ALIASES, COUNTRY_CODES, EXCEPTIONS, country_code, country_codes, country_names


def test_every_country_is_read_back_from_its_own_names() -> None:
    for lang in ("fr", "en"):
        for code, name in country_names(lang).items():
            assert country_code(name) == code, name
    assert set(ALIASES.values()) | set(EXCEPTIONS) <= COUNTRY_CODES
    assert not {"EU", "UN", "ZZ"} & COUNTRY_CODES


def test_a_cell_of_countries_is_read_and_what_is_none_is_said() -> None:
    assert country_codes("Sénégal, RDC; la Côte d'Ivoire / vietnam| cap-vert\nTG, sn") == (
        ["SN", "CD", "CI", "VN", "CV", "TG"],
        [],
    )
    assert country_codes("Mali, Atlantide") == (["ML"], ["Atlantide"])


def test_the_exceptions_win_over_the_common_names() -> None:
    assert (country_names("fr")["PS"], country_names("fr")["CD"], country_names("en")["MM"]) == (
        "Palestine",
        "République démocratique du Congo",
        "Myanmar",
    )


def test_a_commune_is_proposed_from_its_first_letters_a_later_word_or_a_postcode() -> None:
    assert [one.name for one in communes_beginning("toulou")][:1] == ["Toulouse"]
    assert "Le Vigan" in {one.name for one in communes_beginning("vigan")}
    assert [one.code for one in communes_beginning("31555")] == ["31555"]
    assert "31555" in {one.code for one in communes_beginning("3100")}
    assert {one.department for one in communes_beginning("saint-e", "34")} == {"34"}
    assert len(communes_beginning("sa")) == 10 and communes_beginning("") == () and communes_beginning("zzzz") == ()
