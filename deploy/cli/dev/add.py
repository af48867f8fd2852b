"""`maillage dev add aggregate|page|indicator`: what docs/contributing.md describes by hand, written with its tests."""

from __future__ import annotations

from typing import Annotated, Literal

import typer

from deploy.cli.console import out
from deploy.cli.dev import slices
from deploy.cli.dev.source_tree import SourceTree

dev = typer.Typer(help="For whoever changes the source; only in a checkout.", no_args_is_help=True)
adding = typer.Typer(help="Write a new slice with its tests, all of it or nothing.", no_args_is_help=True)
dev.add_typer(adding, name="add")

Name = Annotated[str, typer.Argument(help="What the code calls it, in small letters: reading_room.")]
Which = Literal["directory", "membership", "events", "newsletter", "observatory"]
Of = Annotated[Which, typer.Option("--service", help="The service that it belongs to.")]
French = Annotated[str, typer.Option("--french", help="What readers call it: “salle de lecture”.")]
English = Annotated[str, typer.Option("--english", help="The same in English; without it, its name.")]
Many = typer.Option(help="The plural; one s more without it.")
Room = typer.Option(help="The capability that has it; one of its own without.")
Dry = Annotated[bool, typer.Option("--dry-run", help="Only show which files would be written.")]


def add_to(app: typer.Typer) -> None:
    """Puts these commands under `maillage`."""
    app.add_typer(dev, name="dev")


@adding.command()
def aggregate(
    name: Name,
    service: Of,
    french: French,
    english: English = "",
    plural: Annotated[str, Many] = "",
    french_plural: Annotated[str, Many] = "",
    english_plural: Annotated[str, Many] = "",
    feature: Annotated[str, Room] = "",
    dry_run: Dry = False,
) -> None:
    """Add one kind of record: two events, two commands, a view, two pages, words, a test."""
    tree = SourceTree()
    said = (french, english, french_plural, english_plural)
    slices.add_aggregate(tree, name, service, plural or f"{name}s", said, feature)
    told = [] if feature else [f"services/{service}/README.md names what is there"]
    written(tree, dry_run, "make contract", "make texts", *told)


@adding.command()
def page(
    name: Name,
    service: Of,
    french: French,
    english: English = "",
    feature: Annotated[str, Room] = "",
    dry_run: Dry = False,
) -> None:
    """Add a page for whoever signed in: its route, template, words, test."""
    tree = SourceTree()
    slices.add_page(tree, name, service, feature or name, (french, english))
    written(tree, dry_run, "make contract", "make texts")


@adding.command()
def indicator(
    name: Name,
    service: Of,
    event: Annotated[str, typer.Option(help="The type of event that it counts.")],
    french: French,
    english: English = "",
    unit: Annotated[str, typer.Option(help="The unit; without it, the entity of the event.")] = "",
    dry_run: Dry = False,
) -> None:
    """Add an indicator of the observatory: a count of events of one type, with its history beside it."""
    tree = SourceTree()
    slices.add_indicator(tree, name, service, event, unit, (french, english))
    written(tree, dry_run, "make contract", ".venv/bin/python -m services.observatory.indicators", "make texts")


def written(tree: SourceTree, dry: bool, *remains: str) -> None:
    """Writes, and says what was written and what remains to be done."""
    for line in tree.write(dry=dry):
        out.print(line, highlight=False, soft_wrap=True, markup=False)
    after = "Nothing is written: it was a dry run." if dry else f"What remains: {'; '.join(remains)}."
    out.print(after, highlight=False, soft_wrap=True, markup=False)
