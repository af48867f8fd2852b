"""`maillage …`: the command line. Each command lies in a module of its own, which is loaded when it is called: one that
only asks an installation need not read five services first."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from importlib import import_module
from typing import Any

import typer
from typer.core import TyperGroup
from typer.main import get_group

from deploy.cli.console import err
from deploy.cli.refusals import sentences
from deploy.host.allowed import enough, more_files
from shared.base.gc_pause import kept, uncollected

COMMANDS: Mapping[str, Sequence[str]] = {
    "up": ["hosting.up"],
    "sample": ["hosting.up"],
    "serve": ["hosting.serve"],
    "prepare": ["hosting.serve"],
    "review": ["remote.query"],
    "doctor": ["remote.query"],
    "events": ["remote.query", "remote.event_options"],
    "views": ["remote.query", "archive.check_history"],
    "processes": ["remote.query"],
    "check-history": ["archive.check_history"],
    "audit": ["archive.audit", "archive.audit_compare"],
    "backup": ["archive.backup", "backups.keep"],
    "restore": ["archive.restore"],
    "deploy": ["hosting.deploy"],
    "import": ["hosting.import_structures"],
    "nats": ["hosting.nats_keys"],
    "person": ["remote.person"],
    "clock": ["remote.clock"],
    "times": ["remote.times"],
    "account": ["remote.account"],
    "network": ["remote.network"],
    "dev": ["dev.add"],
}
"""Command → the modules that add it, and what is under it."""
SERVE = ("up", "sample", "serve")
"""Those that always have services of their own, and so need what these need"""


class Commands(TyperGroup):
    """Loads a command when it is named."""

    def list_commands(self, ctx: Any) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        found = typer.Typer(add_completion=False, rich_markup_mode=None)
        found.callback()(lambda: None)  # a group, also with one command
        for module in COMMANDS.get(cmd_name, ()):
            with uncollected():  # a sixth of the time that five services take to be read
                read = import_module(f"deploy.cli.{module}")
            kept()
            read.add_to(found)
        return get_group(found).commands.get(cmd_name)


app = typer.Typer(
    help="Maillage: the information system of a regional network for international cooperation.",
    cls=Commands,
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
)


@app.callback()
def maillage() -> None:
    """Maillage: the information system of a regional network for international cooperation."""


def main() -> None:
    """The entry point. Whatever can't be done is one clear sentence and exit code 2."""
    try:
        if sys.argv[1:2] and sys.argv[1] in SERVE and "--help" not in sys.argv:
            more_files()
            enough()  # before five services are read, which takes most of it
        app()
    except Exception as error:
        with suppress(OSError):  # where standard error goes to a full disk, the exit code says it
            for said in sentences(error):
                err.print(f"maillage: {said}", style="bold red", highlight=False, soft_wrap=True, markup=False)
        sys.exit(2)


if __name__ == "__main__":
    main()
