"""What the directory says of files whose lines become structures."""

from __future__ import annotations

from shared.base.translations import L
from shared.contract import Event
from shared.contract.says import Says, Thing


class ImportEvent(Event, abstract=True):
    service = "directory"
    entity = "import"
    live = True
    thing = Thing(L("import"))


class ImportStarted(ImportEvent):
    """A file's lines are being registered as structures. `file`: its SHA-256 (hex); `columns`: what each was read as.

    `skipped`: the numbers of the lines that are left out. The command of a line derives from the import's id and the
    line's number, so an import that was interrupted and goes on writes each line once.
    """

    says = Says(
        L("Import de structures commencé, lignes"),
        detail="lines",
        here=L("Import commencé"),
    )

    file: str
    lines: int
    columns: list[str] = []
    skipped: list[int] = []
    source: str | None = None


class ImportFinished(ImportEvent):
    """All lines that were not left out are registered. `completed`: lines that filled what a record there did not
    say."""

    says = Says(
        L("Import terminé, structures inscrites"),
        detail="registered",
        here=L("Import terminé"),
    )

    registered: int
    skipped: int = 0
    completed: int = 0
