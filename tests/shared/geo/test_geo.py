from shared.geo import DEPARTMENTS, commune, communes_named, departments_of, outlines
from shared.web.charts.outlines import cut_out


def test_a_region_has_its_departments() -> None:
    assert [one.code for one in departments_of("76")] == [
        "09", "11", "12", "30", "31", "32", "34", "46", "48", "65", "66", "81", "82",
    ]  # fmt: skip
    assert departments_of("none") == ()
    assert "974" in DEPARTMENTS


def test_a_commune_is_found_by_code_by_name_and_by_postcode() -> None:
    toulouse = commune("31555")
    assert toulouse is not None and toulouse.name == "Toulouse" and "31000" in toulouse.postcodes
    assert commune("00000") is None
    assert communes_named("TOULOUSE")[0].code == "31555"
    assert [one.code for one in communes_named("saint denis")][:2] == ["97411", "93066"]
    assert "31555" in [one.code for one in communes_named("31000")]
    assert communes_named("nowhere at all") == ()


def test_a_name_that_several_communes_have_is_narrowed_by_department_or_postcode() -> None:
    assert len(communes_named("Castres")) > 1
    assert [one.code for one in communes_named("castres", "81")] == ["81065"]
    assert [one.code for one in communes_named("Castres (81)")] == ["81065"]
    assert [one.code for one in communes_named("81100 Castres")] == ["81065"]


def test_accents_hyphens_and_st_do_not_matter() -> None:
    assert communes_named("st etienne de gourgas") == communes_named("Saint-Étienne-de-Gourgas") != ()


def test_a_town_hall_falls_inside_its_department_on_the_picture() -> None:
    toulouse = commune("31555")
    assert toulouse is not None and toulouse.latitude is not None and toulouse.longitude is not None
    x, y = outlines().place(toulouse.latitude, toulouse.longitude)
    assert 0 < x < outlines().width and 0 < y < outlines().height


def test_a_map_of_some_departments_is_cropped_to_them_and_says_which_have_no_outline() -> None:
    cut = cut_out(("31", "09", "974"))
    assert [piece.code for piece in cut.pieces] == ["31", "09"]
    assert cut.missing == ("974",)
    assert all(0 <= piece.x <= 217 and 0 <= piece.y <= cut.height for piece in cut.pieces)


def test_a_map_of_overseas_departments_alone_is_empty_rather_than_an_error() -> None:
    assert cut_out(("974",)).pieces == ()
