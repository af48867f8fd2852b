from shared.base.services import SERVICES
from shared.web.formatting import country, day, department, long_day, moment, number, percent
from shared.web.words.messages import WORDS

NNBSP = "\u202f"


def test_the_five_services_have_names() -> None:
    assert all(f"service.{name}" in WORDS for name in SERVICES)


def test_thousands_stand_apart_by_a_narrow_space_in_french_and_a_comma_in_english() -> None:
    assert number(1805) == f"1{NNBSP}805"
    assert number(1805, "en") == "1,805"
    assert number(-3) == "−3"
    assert number(7.5) == "7,5"
    assert percent(0.358) == f"35,8{NNBSP}%"
    assert percent(0.64, "en", 0) == "64%"


def test_what_is_not_measured_is_a_dash_and_not_a_zero() -> None:
    assert (number(None), percent(None), day(None), moment(None), country(None), department(None)) == ("—",) * 6
    assert number(0) == "0"


def test_moments_are_written_in_paris_time() -> None:
    assert moment("2017-10-31T16:42:00+00:00") == "31/10/2017 à 17\u00a0h\u00a042"
    assert day("2017-12-31T23:30:00+00:00") == "01/01/2018"
    assert day("2017-10-31") == "31/10/2017"
    assert long_day("2017-10-31") == "mardi 31 octobre 2017"
    assert long_day("2017-11-01") == "mercredi 1er novembre 2017"
    assert long_day("2017-10-31", "en") == "Tuesday 31 October 2017"


def test_places_have_names_and_an_unknown_code_is_said_as_it_is() -> None:
    assert (country("BF"), country("DE", "en"), country("XQ")) == ("Burkina Faso", "Germany", "XQ")
    assert (department("31"), department("2A"), department("99")) == ("Haute-Garonne", "Corse-du-Sud", "99")
