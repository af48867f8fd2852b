"""The history's part of membership: statutes, members, the board, groups, the team, other networks."""

from __future__ import annotations

from tests.older.house import House

SHE = "personne-partout@exemple.invalid"
"""The address of whoever stands in all five services, and is forgotten at the end."""


def founded(house: House) -> None:
    """The network has a name, a charter, colleges."""

    def do(command: str, at: str, call: str = "", **fields: object) -> None:
        house.do("membership", command, at, call=call, **fields)

    do("name-network", "2021-01-05", name="Réseau exemple des rives")
    do("adopt-charter", "2021-01-10", title="Charte exemple", principles=["Agir ensemble.", "Rendre compte."])
    for code, title in (
        ("public", "Collectivités"),
        ("associative", "Associations"),
        ("economic", "Acteurs économiques"),
        ("qualified_persons", "Personnes qualifiées"),
    ):
        do("open-college", "2021-01-12", college=code, title=title)
    do("close-college", "2022-02-01", college="economic", reason="Personne n’y siège encore.")
    do("open-college", "2022-09-01", college="economic", title="Acteurs économiques")


def joined(house: House) -> None:
    """Structures become members."""
    for call, college, at in (
        ("rives", "associative", "2021-02-01"),
        ("mairie", "public", "2021-02-15"),
        ("lycee", "public", "2021-03-01"),
        ("coop", "economic", "2022-10-01"),
        ("puits", "associative", "2023-01-15"),
    ):
        house.do(
            "membership",
            "join-network",
            at,
            call=f"member {call}",
            structure=house[call],
            name=f"Structure exemple {call}",
            college=college,
            charter_version=1,
        )
    for call, years in (("rives", (2022, 2023, 2024)), ("mairie", (2022, 2024)), ("coop", (2023,))):
        for year in years:
            house.do("membership", "renew-membership", f"{year}-01-20", member=house[f"member {call}"], year=year)


def went_on(house: House) -> None:
    """Members change college, leave and come back; persons join and sit on the board; groups work."""

    def do(command: str, at: str, call: str = "", **fields: object) -> None:
        house.do("membership", command, at, call=call, **fields)

    do(
        "adopt-charter",
        "2024-01-10",
        title="Charte exemple",
        principles=["Agir ensemble.", "Rendre compte.", "Apprendre."],
    )
    do(
        "join-network-as-person",
        "2024-02-01",
        "qualified",
        person="Personne Exemple Un",
        email="personne-un@exemple.invalid",
        charter_version=2,
    )
    do("change-college", "2024-02-10", member=house["member lycee"], college="associative")
    do("leave-network", "2024-03-01", member=house["member puits"], reason="withdrawal")
    # "it left, by mistake": what was said of it until then was none, and then was all the same
    facts = [one["event"]["id"] for one in house.life(house["member coop"])]
    coop = {"kind": "member", "about": house["member coop"], "events": facts}
    do("strike-events", "2024-04-01", reason="mistake", **coop)
    do("lift-strikes", "2024-04-02", reason="Noté par erreur.", **coop)
    do(
        "take-board-seat",
        "2022-03-10",
        "seat one",
        role="president",
        member=house["member rives"],
        holder="Personne Exemple Partout",
        email=SHE,
    )
    do("take-board-seat", "2022-03-10", "seat two", role="administrator", holder="Personne Exemple Deux")
    do("vacate-board-seat", "2024-03-10", seat=house["seat one"], reason="Fin de mandat.")
    do("vacate-board-seat", "2024-03-10", seat=house["seat two"])
    do("restore-board-seat", "2024-03-11", seat=house["seat two"], reason="Noté par erreur.")
    do("form-working-group", "2022-05-01", "group", name="Groupe exemple eau", purpose="Échanger sur l’eau.")
    for call in ("member rives", "member mairie", "member lycee"):
        do("join-working-group", "2022-05-02", group=house["group"], member=house[call])
    do("leave-working-group", "2023-05-02", group=house["group"], member=house["member lycee"])
    do("close-working-group", "2024-05-02", group=house["group"], reason="Travail achevé.")
    do("restore-working-group", "2024-05-03", group=house["group"], reason="Il reprend.")


def worked(house: House) -> None:
    """Volunteers, civic service, posts, the other networks of the country."""

    def do(command: str, at: str, call: str = "", **fields: object) -> None:
        house.do("membership", command, at, call=call, **fields)

    do("note-volunteer", "2023-06-01", "volunteer one", person="Personne Exemple Partout", email=SHE, task="Accueil")
    do("note-volunteer", "2023-06-02", "volunteer two", person="Personne Exemple Trois", task="Traduction")
    do("note-volunteer", "2024-06-02", "volunteer three", task="Accueil")
    do("withdraw-volunteer", "2023-06-05", volunteer=house["volunteer two"], reason="Noté deux fois.")
    do("restore-volunteer", "2023-06-06", volunteer=house["volunteer two"])
    do(
        "recruit-civic-service",
        "2023-09-01",
        "civic one",
        person="Personne Exemple Quatre",
        email="personne-quatre@exemple.invalid",
        mission="Animation",
    )
    do(
        "second-civic-service",
        "2023-09-01",
        "civic two",
        host=house["rives"],
        host_name="Association exemple des rives",
        person="Personne Exemple Cinq",
        mission="Médiation",
    )
    do("end-civic-service", "2024-04-30", civic_service=house["civic one"], reason="Mission achevée.")
    do("withdraw-civic-service", "2023-09-10", civic_service=house["civic two"], reason="Noté par erreur.")
    do("restore-civic-service", "2023-09-11", civic_service=house["civic two"], reason="C’était juste.")
    do("approve-civic-service-place", "2022-01-15", "place", authority="Agence exemple")
    do("end-civic-service-place", "2024-01-15", civic_place=house["place"], reason="Agrément échu.")
    do("restore-civic-service-place", "2024-01-20", civic_place=house["place"], reason="Renouvelé.")
    do("create-staff-post", "2021-04-01", "post one", title="Chargée de mission", fte=0.8)
    do("create-staff-post", "2022-04-01", "post two", title="Direction", fte=1)
    do("change-staff-post", "2023-04-01", post=house["post one"], fte=0.5)
    do("close-staff-post", "2024-07-01", post=house["post one"], reason="Fin du projet.")
    do("withdraw-staff-post", "2022-05-01", post=house["post two"], reason="Noté par erreur.")
    do("restore-staff-post", "2022-05-02", post=house["post two"])
    do("add-peer-network", "2021-06-01", "peer", name="Réseau exemple voisin", region="Région exemple")
    do("rename-peer-network", "2022-06-01", peer_network=house["peer"], name="Réseau exemple d’à côté")
    do("remove-peer-network", "2023-06-01", peer_network=house["peer"], reason="Fusion.")
    do("restore-peer-network", "2023-06-02", peer_network=house["peer"], reason="Annulée.")


def forgotten(house: House) -> None:
    """Whoever stands everywhere under one address is forgotten everywhere, by the operator's command."""
    house.run("person", "forget", SHE, "--yes")
    house.until_said("PersonForgottenByObservatory", 1)
