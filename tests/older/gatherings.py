"""The history's part of events: gatherings of several kinds, who came, projects, tandems.

The folder's release took registrations of a past day. Today they are of now, so the gatherings that somebody registers
for are of the day of the play; which day that is, is not compared (`same`)."""

from __future__ import annotations

from datetime import UTC, datetime

from tests.older.house import House
from tests.older.membership import SHE


def today(hour: int = 9) -> str:
    """The moment of today at this hour in UTC."""
    return f"{datetime.now(UTC):%Y-%m-%d}T{hour:02}:00:00Z"


def held(house: House) -> None:
    """Gatherings are planned, moved, announced, cancelled, held."""

    def do(command: str, at: str | None = None, call: str = "", **fields: object) -> None:
        house.do("events", command, at, call=call, **fields)

    do(
        "plan-gathering",
        "2023-01-10",
        "agora",
        kind="agora",
        title="Agora exemple",
        starts=today(),
        days=2,
        town="Toulouse",
        department="31",
        capacity=3,
    )
    do(
        "plan-gathering",
        "2023-01-11",
        "training",
        kind="training",
        title="Formation exemple",
        starts=today(),
        module="Monter un projet",
        topics=["Budget"],
        capacity=2,
    )
    do(
        "plan-gathering",
        "2023-01-12",
        "tour",
        kind="departmental_tour",
        title="Étape exemple",
        starts=today(),
        town="Albi",
        department="81",
        organiser="Ville exemple",
    )
    do(
        "plan-gathering",
        "2023-01-13",
        "off",
        kind="thematic",
        title="Rencontre exemple annulée",
        starts=today(),
    )
    do("announce-gathering", "2023-02-01", gathering=house["agora"], summary="Deux jours de rencontres.")
    do("announce-gathering", "2023-02-02", gathering=house["off"])
    do(
        "revise-gathering",
        "2023-02-10",
        gathering=house["training"],
        title="Formation exemple",
        module="Monter un projet",
        capacity=1,
        topics=[],
    )
    do("move-gathering", "2023-03-01", gathering=house["tour"], starts=today(8), town="Castres")
    house.until_said("ItemAdded", 6)
    do("cancel-gathering", "2023-05-01", gathering=house["off"], reason="Pas assez d’inscrits.")
    house.until_said("ItemDropped", 2)
    do("cancel-gathering", "2023-04-01", gathering=house["tour"], reason="Salle prise.")
    do("reinstate-gathering", "2023-04-02", gathering=house["tour"])
    do("hold-gathering", gathering=house["tour"], guests=["Préfecture exemple"])
    do("undo-holding", gathering=house["tour"], reason="Noté trop tôt.")
    do("hold-gathering", gathering=house["tour"])
    do("hold-gathering", gathering=house["agora"])
    do("count-heads", gathering=house["agora"], associations=120, students=14, unspecified=3)
    do("count-heads", gathering=house["agora"], associations=121, unspecified=None)
    do("note-workshop", gathering=house["agora"], workshop_title="Atelier exemple eau")
    do(
        "note-workshop",
        call="workshop",
        gathering=house["agora"],
        workshop_title="Atelier exemple noté par erreur",
    )
    do("withdraw-workshop", gathering=house["agora"], workshop=house.part("workshop", "workshop"))
    do(
        "present-project",
        "2023-11-09",
        gathering=house["agora"],
        project_title="Puits exemple",
        structure=house["mairie"],
        structure_name="Ville exemple",
        country="SN",
    )
    do(
        "present-project",
        "2023-11-09",
        "presented",
        gathering=house["agora"],
        project_title="Projet exemple",
        structure_name="Un groupe",
    )
    do("withdraw-presentation", "2023-11-10", project=house["presented"], reason="Noté par erreur.")


def attended(house: House) -> None:
    """People register, wait, cancel, come."""

    def do(command: str, at: str | None = None, call: str = "", **fields: object) -> None:
        house.do("events", command, at, call=call, **fields)

    def about(gathering: str, n: int) -> dict[str, object]:
        return {"gathering": house[gathering], "registration": house.part(f"{gathering} {n}", "registration")}

    people = (
        "Personne Exemple Partout",
        "Personne Exemple Quinze",
        "Personne Exemple Seize",
        "Personne Exemple Dix-sept",
    )
    for n, name in enumerate(people, 1):
        email = SHE if n == 1 else f"personne-inscrite-{n}@exemple.invalid"
        do(
            "register-participant",
            f"2023-10-0{n}",
            f"agora {n}",
            gathering=house["agora"],
            audience="associations",
            name=name,
            email=email,
            structure=house["rives"],
            structure_name="Association exemple des rives",
        )
    do("cancel-registration", "2023-10-10", **about("agora", 2))
    do("reinstate-registration", "2023-10-11", **about("agora", 2))
    do("check-in", **about("agora", 1))
    do("check-in", **about("agora", 3))
    do("undo-check-in", **about("agora", 3))
    for n in (1, 2):
        do(
            "register-participant",
            f"2024-01-0{n}",
            f"training {n}",
            gathering=house["training"],
            audience="students",
            name=f"Personne Exemple Vingt-{n}",
        )
    do("check-in", **about("training", 1))


def tandems(house: House) -> None:
    """Tandems of associations and schools."""

    def do(command: str, at: str | None = None, call: str = "", **fields: object) -> None:
        house.do("events", command, at, call=call, **fields)

    do(
        "form-tandem",
        "2022-09-15",
        "tandem",
        school_year="2022-2023",
        association=house["rives"],
        association_name="Association exemple des rives",
        theme="Eau",
        department="31",
        pilot=True,
    )
    do(
        "add-tandem-school",
        "2022-09-20",
        tandem=house["tandem"],
        school=house["lycee"],
        school_name="Lycée exemple",
        level="upper_secondary",
    )
    do("remove-tandem-school", "2022-09-21", tandem=house["tandem"], school=house["lycee"])
    do(
        "add-tandem-school",
        "2022-09-22",
        tandem=house["tandem"],
        school=house["lycee"],
        school_name="Lycée exemple",
        level="upper_secondary",
    )
    do("count-pupils", "2023-06-20", tandem=house["tandem"], pupils=58)
    do(
        "form-tandem",
        "2023-09-15",
        "tandem two",
        school_year="2023-2024",
        association_name="Association exemple passagère",
    )
    do("cancel-tandem", "2023-10-01", tandem=house["tandem two"], reason="L’école renonce.")
    do("reinstate-tandem", "2023-10-02", tandem=house["tandem two"])
