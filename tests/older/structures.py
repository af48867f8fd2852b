"""The history's part of the directory: records, contacts, what is noted about structures, what they publish, claims."""

from __future__ import annotations

import io
from datetime import UTC, datetime, timedelta

from PIL import Image

from tests.older.house import House
from tests.older.membership import SHE

PLACES = (
    ("rives", "Association exemple des rives", "association", "31555", ["Eau", "Éducation"], ["SN", "MG"]),
    ("mairie", "Ville exemple", "public_body", "81004", ["Eau"], ["SN"]),
    ("lycee", "Lycée exemple", "school", "34172", ["Éducation"], []),
    ("coop", "Coopérative exemple", "company", "31555", ["Agriculture"], ["ML"]),
    ("puits", "Association exemple des puits", "association", "12202", ["Eau"], ["BF", "ML"]),
    ("double", "Assoc. exemple des rives", "association", "31555", ["Santé"], ["BJ"]),
    ("homonyme", "Association exemple des rivages", "association", "34172", ["Culture"], ["MA"]),
    ("muette", "Association exemple sans contact", "association", None, [], []),
    ("erreur", "Association exemple entrée par erreur", "association", "09122", [], []),
    ("autre", "Assoc. exemple des puits", "association", "12202", [], ["NE"]),
)


def soon(days: int = 30) -> str:
    """A moment after so many days: what is published for a day is of a day to come."""
    return f"{datetime.now(UTC) + timedelta(days=days):%Y-%m-%d}T18:00:00Z"


def registered(house: House) -> None:
    """Records of structures."""
    for n, (call, name, kind, commune, themes, countries) in enumerate(PLACES):
        facts = {"commune": commune} if commune else {}
        house.do(
            "directory",
            "register-structure",
            f"2021-01-{15 + n}",
            call=call,
            name=name,
            kind=kind,
            themes=themes,
            countries=countries,
            sdgs=[n % 17 + 1],
            source="Histoire d’exemple",
            invented=True,
            **facts,
        )


def followed(house: House) -> None:
    """Records are changed, listed, closed; contacts come and go; support, coverage and requests are noted."""

    def do(command: str, at: str, call: str = "", **fields: object) -> None:
        house.do("directory", command, at, call=call, **fields)

    rives, coop = house["rives"], house["coop"]
    do(
        "revise-structure",
        "2022-02-01",
        structure=rives,
        name="Association exemple des rives",
        kind="association",
        commune="31555",
        acronym="AER",
        themes=["Eau", "Éducation", "Jeunesse"],
        countries=["SN", "MG"],
        website="https://rives.exemple.invalid",
        siren="900000001",
        rna="W311000001",
        summary="Elle relie deux rives.",
    )
    for call in ("rives", "mairie", "coop", "double"):
        do("list-structure", "2022-03-01", structure=house[call])
    do("unlist-structure", "2022-04-01", structure=coop, reason="À sa demande.")
    do("wish-listing", "2022-05-01", structure=coop)
    do("decline-listing", "2022-05-10", structure=coop, reason="La fiche est trop courte.")
    do("close-structure", "2022-06-01", structure=house["erreur"], reason="Entrée par erreur.")
    do("close-structure", "2022-06-01", structure=house["puits"], reason="En sommeil.")
    do("reopen-structure", "2022-09-01", structure=house["puits"])
    for n, (call, structure, name, email) in enumerate(
        (
            ("contact everywhere", "rives", "Personne Exemple Partout", SHE),
            ("contact mairie", "mairie", "Personne Exemple Six", "personne-six@exemple.invalid"),
            ("contact coop", "coop", "Personne Exemple Sept", "personne-sept@exemple.invalid"),
            ("contact lycee", "lycee", "Personne Exemple Huit", "personne-huit@exemple.invalid"),
            ("contact puits", "puits", "Personne Exemple Neuf", "personne-neuf@exemple.invalid"),
        )
    ):
        do(
            "add-contact",
            f"2022-01-{n + 10}",
            call,
            structure=house[structure],
            name=name,
            email=email,
            phone=f"05 00 00 00 {n:02}",
            role="Présidence",
        )
    do("revise-contact", "2023-01-10", contact=house["contact mairie"], phone="05 00 00 00 60", role="Coordination")
    do("add-contact", "2022-01-20", "contact gone", structure=house["mairie"], name="Personne Exemple Dix")
    do("remove-contact", "2023-02-01", contact=house["contact gone"], reason="A quitté la structure.")
    do("give-support", "2023-03-01", structure=rives, kind="project_method", summary="Un accompagnement.")
    do("give-support", "2023-03-02", "support", structure=coop, kind="networking")
    do("withdraw-support", "2023-03-03", support=house["support"], reason="Noté deux fois.")
    do("note-media-coverage", "2023-04-01", structure=rives, medium="Journal exemple", title="Deux rives")
    do("note-media-coverage", "2023-04-02", "coverage", structure=coop, medium="Radio exemple")
    do("withdraw-media-coverage", "2023-04-03", coverage=house["coverage"], reason="Une autre structure.")
    do(
        "request-identification",
        "2023-05-01",
        "request",
        requester="Préfecture exemple",
        themes=["Eau"],
        countries=["SN"],
    )
    do(
        "answer-identification",
        "2023-05-10",
        request=house["request"],
        structures=2,
        answer="Liste remise.",
        found=[rives, house["mairie"]],
    )
    do("request-identification", "2023-06-01", "request two", requester="Presse exemple", question="Qui agit ?")
    do("withdraw-identification-request", "2023-06-02", request=house["request two"], reason="Notée par erreur.")


def merged(house: House) -> None:
    """Two records of one structure become one; two others, too, and that is undone; two are told apart, and doubted."""

    def do(command: str, at: str, **fields: object) -> None:
        house.do("directory", command, at, **fields)

    do(
        "merge-structures",
        "2023-07-01",
        structure=house["rives"],
        merged=house["double"],
        taken=["themes", "countries"],
    )
    do("merge-structures", "2023-07-02", structure=house["puits"], merged=house["autre"], taken=["countries"])
    do(
        "unmerge-structures",
        "2023-07-03",
        structure=house["puits"],
        merged=house["autre"],
        reason="Ce sont deux structures.",
    )
    do("tell-namesakes-apart", "2023-07-04", first=house["rives"], second=house["homonyme"], reason="Deux statuts.")
    do("doubt-namesakes", "2023-07-05", first=house["rives"], second=house["homonyme"])
    do("tell-namesakes-apart", "2023-07-06", first=house["puits"], second=house["autre"])


def published(house: House) -> None:
    """Members publish news, offers, projects, events: at once, or from a draft; one of each sort is taken back or
    changed."""

    def do(command: str, at: str, call: str = "", **fields: object) -> None:
        house.do("directory", command, at, call=call, **fields)

    rives = {"structure": house["rives"]}
    named = {"structure_name": "Association exemple des rives"}
    answers = {
        "leader": house["mairie"],
        "title": "Puits exemple",
        "summary": "Un projet inventé.",
        "country": "SN",
        "participants": [house["rives"]],
        "themes": ["Eau"],
        "begins": "2023-01-01",
        "budget": 12000,
    }
    do("draft-project", "2023-08-01", "project", stage="prepared", invented=True, **answers)
    do(
        "revise-project",
        "2023-08-02",
        project=house["project"],
        stage="running",
        **{**answers, "budget": None, "partner_associations": ["Association exemple sur place"]},
    )
    do("publish-project", "2023-08-03", project=house["project"])
    do("draft-project", "2023-08-04", "project two", stage="prepared", invented=True, **answers)
    do("withdraw-project", "2023-08-05", project=house["project two"], reason="Entré deux fois.")
    do(
        "publish-news",
        "2023-09-01",
        "news",
        title="Une actualité",
        text="Les deux rives se *rencontrent*.",
        **rives,
        **named,
    )
    do(
        "publish-offer",
        "2023-09-02",
        "offer",
        kind="internship",
        title="Un stage",
        text="Trois mois.",
        deadline=soon()[:10],
        **rives,
        **named,
    )
    do(
        "draft-publication",
        "2023-09-03",
        "draft event",
        sort="event",
        title="Une fête",
        text="Sur le quai.",
        starts=soon(),
        place="Toulouse",
        **rives,
    )
    do(
        "redraft-publication",
        "2023-09-04",
        publication=house["draft event"],
        title="La fête",
        text="Sur le quai.",
        starts=soon(31),
    )
    do("publish-draft", "2023-09-05", publication=house["draft event"], **named)
    do(
        "draft-publication",
        "2023-09-06",
        "draft project",
        sort="project",
        title="Notre projet",
        text="Un puits.",
        project=house["project"],
        **rives,
    )
    do("publish-draft", "2023-09-07", publication=house["draft project"], **named)
    house.until_said("ItemAdded", 4)
    do("withdraw-publication", "2023-09-08", publication=house["offer"], reason="Le stage est pourvu.")
    house.until_said("ItemDropped", 1)


def claimed(house: House) -> None:
    """Three ask to look after a record: one is let in and chooses a picture in its space, one is refused, one never
    confirmed its address."""
    for who, name in (
        ("onze", "Personne Exemple Onze"),
        ("douze", "Personne Exemple Douze"),
        ("treize", "Personne Exemple Treize"),
    ):
        house.send(
            "/directory/public/claim",
            structure=house["mairie"],
            name=name,
            email=f"personne-{who}@exemple.invalid",
            role="Élue",
            message="Je tiens cette fiche.",
        )
    for who in ("onze", "douze"):
        house.send(house.link(f"personne-{who}@", "/directory/public/claim/confirm/"))
    made = house.get("/directory/api/claims", size=10)["documents"]
    claims = [one["key"] for one in sorted(made, key=lambda one: one["at"])]
    house.send(f"/directory/claims/{claims[0]}/accept", structure=house["mairie"])
    house.send(f"/directory/claims/{claims[1]}/refuse", reason="Nous ne vous connaissons pas.")
    house.until_said("ContactAdded", 7)  # the claimant's
    cookie = signed_in(house, house.link("personne-onze@", "/directory/sign-in/link/"))
    for taken_back in (True, False):
        house.send(
            f"/directory/space/{house['mairie']}/picture",
            cookie=cookie,
            picture_text="Un carré bleu",
            files={"picture_file": ("carre.png", square(), "image/png")},
        )
        if taken_back:
            house.do("directory", "unpicture-structure", structure=house["mairie"])
    house.send("/directory/sign-out", cookie=cookie)


def signed_in(house: House, link: str) -> str:
    """The cookie of the session that a link begins."""
    return house.send(link).headers["Set-Cookie"].partition(";")[0]


def square() -> bytes:
    made = io.BytesIO()
    Image.new("RGB", (16, 16), "blue").save(made, "PNG")
    return made.getvalue()
