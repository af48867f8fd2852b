"""`maillage nats keys`: the NATS servers' configuration and the keys of all who connect, written once for an
installation."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from deploy.cli.console import out
from deploy.cli.hosting.node_certificates import certify
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
    certificates: Annotated[
        str, typer.Option(help="The folder in which a node finds its certificate: routes then speak TLS.")
    ] = "",
    leaf_port: Annotated[
        int | None,
        typer.Option(
            min=1, max=65535, help="Where a reader's own server connects as a leaf, by TLS.", show_default=False
        ),
    ] = None,
    route_port: Annotated[int, typer.Option(min=1, max=65535, help="The nodes' port for each other.")] = 6222,
    monitoring: Annotated[
        bool, typer.Option(help="Figures of each node on its port 8222, for whoever reaches it.")
    ] = True,
) -> None:
    """Write the configuration of all nodes, and a key for each service, reader and the operator."""
    if leaf_port and not certificates:
        raise CannotStart("--leaf-port needs --certificates: leaves come from other hosts, by TLS.")
    names = node or ["nats-1", "nats-2", "nats-3"]
    routes = [f"{name}:{route_port}" for name in names] if len(names) > 1 else []
    nodes = [
        Node(
            name,
            store,
            "0.0.0.0:4222",
            routes,
            route_listen=f"0.0.0.0:{route_port}",
            monitoring="0.0.0.0:8222" if monitoring else None,
            certificates=certificates,
            leaf_listen=f"0.0.0.0:{leaf_port}" if leaf_port else None,
        )
        for name in names
    ]
    try:
        allowed = access(network, reader or [READER])
        write(folder, allowed, nodes)
    except (ValueError, OSError) as error:
        raise CannotStart(f"{error}.") from error
    out.print(f"{folder}: {len(nodes)} nodes, {len(allowed.users)} keys.", highlight=False, soft_wrap=True)


@nats.command()
def certificates(
    folder: Annotated[Path, typer.Argument(help="Where the files go; the authority that is there stays.")],
    node: Annotated[list[str], typer.Option(help="A node's host name, as the others reach it; given for each.")],
    days: Annotated[int, typer.Option(min=1, max=3650, help="How long the nodes' certificates are good.")] = 825,
) -> None:
    """Make an authority of this installation's own, and a certificate for each NATS node, for the routes between hosts.

    `ca.key` stays with the operator; each host gets `ca.crt` and its node's two files. Given again, the command makes
    the nodes' anew under the same authority.
    """
    try:
        until = certify(folder, node, days)
    except (ValueError, OSError) as error:
        raise CannotStart(f"{error}.") from error
    out.print(f"{folder}: certificates of {', '.join(node)}, good until {until:%Y-%m-%d}.", highlight=False)
