"""`maillage import structures FILE`: a file's lines become structures. Without --write nothing is written."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from deploy.cli.console import DataOption, JsonOption, bar, err, out, run, settings_of
from deploy.host.data_folder import CannotStart, running_at
from deploy.host.embedded import Installation
from services.directory.imports.files.table_reader import NotRead, Table, read_table
from services.directory.imports.plan import Preview, Problem, Report, preview, said_of, write

ACTOR = "operator"
SHOWN = 20  # lines of each sort that are printed
importing = typer.Typer(help="Bring structures in from a file.", no_args_is_help=True)


def add_to(app: typer.Typer) -> None:
    app.add_typer(importing, name="import")


@importing.command("structures")
def structures(
    file: Annotated[Path, typer.Argument(help="A CSV or .xlsx file whose first line names the columns.")],
    data: DataOption = None,
    sheet: Annotated[str | None, typer.Option(help="The sheet of an .xlsx.", show_default=False)] = None,
    kind: Annotated[str, typer.Option(help="The kind where no column gives one.")] = "association",
    source: Annotated[
        str | None, typer.Option(help="Where the data come from; kept with each record.", show_default=False)
    ] = None,
    write_: Annotated[bool, typer.Option("--write", help="Register the good lines.")] = False,
    doubtful: Annotated[bool, typer.Option("--doubtful", help="Register likely duplicates too.")] = False,
    partly: Annotated[
        bool, typer.Option("--partly", help="Leave lines with errors out, instead of writing nothing.")
    ] = False,
    json: JsonOption = False,
) -> None:
    """Check a file line by line beside the directory; with --write, register its structures. Sending it again is
    harmless."""
    settings = settings_of(data)
    if running_at(settings.data):
        raise CannotStart(f"An instance runs on {settings.data}: stop it first, or import on its page /directory/.")
    if not (settings.data / "installation.json").exists():
        raise CannotStart(f"There is no installation in {settings.data} yet; `maillage up` makes one.")
    try:
        table = read_table(file.read_bytes(), sheet)
    except OSError as error:
        raise CannotStart(f"{file} can't be read: {error.strerror}.") from error
    except NotRead as why:
        raise CannotStart(f"{file.name}: {said_of(why)['en']}") from why

    async def work() -> int:
        async with Installation.open(settings, sample=False) as installation:
            service = installation.services["directory"]
            with bar() as progress:
                task = progress.add_task("Checked", total=len(table.lines))
                try:
                    shown = await preview(
                        service,
                        table,
                        default_kind=kind,
                        progress=lambda n, of: progress.update(task, completed=n, total=of),
                    )
                except NotRead as why:
                    raise CannotStart(f"{file.name}: {said_of(why)['en']}") from why
            report = None
            if write_ and shown.good and (partly or not shown.wrong):
                skip = () if doubtful else {line.number for line in shown.doubtful}
                with bar() as progress:
                    task = progress.add_task("Registered", total=len(shown.good))
                    report = await write(
                        service,
                        shown,
                        actor=ACTOR,
                        skip=skip,
                        source=source or file.name,
                        progress=lambda n, of: progress.update(task, completed=n, total=of),
                    )
            _tell(table, shown, report, json)
            return 1 if write_ and report is None else 0

    code = run(work())
    if code:
        raise typer.Exit(code)


def _tell(table: Table, shown: Preview, report: Report | None, json: bool) -> None:
    if json:
        out.print_json(data=_as_json(table, shown, report))
        return
    counts = shown.counts()
    read = ", ".join(
        f"{title} → {field or 'not read'}" for title, field in zip(table.header, shown.columns, strict=True)
    )
    out.print(f"Columns: {read}.", highlight=False, soft_wrap=True)
    for warning in table.warnings:
        err.print(said_of(NotRead(warning))["en"], highlight=False)
    for line in shown.wrong[:SHOWN]:
        out.print(f"line {line.number}  {line.name}: {_sentences(line.problems)}", highlight=False, soft_wrap=True)
    for line in shown.doubtful[:SHOWN]:
        why = f"like line {line.twin}" if line.twin else f"like {', '.join(one.key for one in line.likely)}"
        out.print(f"line {line.number}  {line.name}: {why}", highlight=False, soft_wrap=True)
    out.print(
        "{lines} lines: {good} good, {wrong} with errors, {doubtful} likely duplicates.".format(**counts),
        highlight=False,
    )
    if report is not None:
        text = f"{report.registered} registered ({report.new} now), {report.skipped} left out, {report.seconds:.1f} s."
        out.print(text, highlight=False)
    elif counts["wrong"]:
        out.print("Nothing is written. --write --partly registers the good lines.", highlight=False)
    else:
        out.print("Nothing is written; --write registers the good lines.", highlight=False)


def _sentences(problems: list[Problem]) -> str:
    return " ".join(f"{one.field + ': ' if one.field else ''}{one.said['en']}" for one in problems)


def _as_json(table: Table, shown: Preview, report: Report | None) -> dict[str, Any]:
    return {
        "file": table.file,
        "columns": dict(zip(table.header, shown.columns, strict=True)),
        **shown.counts(),
        "errors": [
            {"line": line.number, "name": line.name, "problems": {p.field: p.said["en"] for p in line.problems}}
            for line in shown.wrong
        ],
        "likely_duplicates": [
            {"line": line.number, "name": line.name, "like": [one.key for one in line.likely], "twin": line.twin}
            for line in shown.doubtful
        ],
        "written": None
        if report is None
        else {
            "import": str(report.import_id),
            "registered": report.registered,
            "new": report.new,
            "skipped": report.skipped,
            "refused": report.refused,
            "seconds": report.seconds,
        },
    }
