"""`maillage nats keys`: the NATS servers' configuration and the keys of all who connect, written once for an
installation."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from deploy.cli.console import out
from deploy.host.data_folder import CannotStart
from deploy.host.embedded import access
from shared.runtime.nats.server_config import READER, Node, write

nats = typer.Typer(help="The NATS servers of an installation with containers.", no_args_is_help=True)


def add_to(app: typer.Typer) -> None:
    """Puts these commands under `maillage`."""
    app.add_typer(nats, name="nats")


@nats.command()
def keys(
    folder: Annotated[Path, typer.Argument(help="Where the files go; keys that are there stay.")],
    network: Annotated[str, typer.Option(help="The network's short name (MAILLAGE_NETWORK).")],
    node: Annotated[
        list[str] | None, typer.Option(help="A node's host name; nats-1, nats-2 and nats-3 without.")
    ] = None,
    reader: Annotated[
        list[str] | None, typer.Option(help="Another service that reads the log, by a name of yours.")
    ] = None,
    store: Annotated[str, typer.Option(help="Where a node keeps its part of the log.")] = "/data",
    monitoring: Annotated[
        bool, typer.Option(help="Figures of each node on its port 8222, for whoever reaches it.")
    ] = True,
) -> None:
    """Write the configuration of all nodes, and a key for each service, reader and the operator."""
    names = node or ["nats-1", "nats-2", "nats-3"]
    routes = [f"{name}:6222" for name in names] if len(names) > 1 else []
    nodes = [
        Node(name, store, "0.0.0.0:4222", routes, monitoring="0.0.0.0:8222" if monitoring else None) for name in names
    ]
    try:
        allowed = access(network, reader or [READER])
        write(folder, allowed, nodes)
    except (ValueError, OSError) as error:
        raise CannotStart(f"{error}.") from error
    out.print(f"{folder}: {len(nodes)} nodes, {len(allowed.users)} keys.", highlight=False, soft_wrap=True)
