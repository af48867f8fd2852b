"""`maillage serve` and `maillage prepare`, as containers run them (`serving.py`)."""

from __future__ import annotations

from typing import Annotated

import typer

from deploy.cli.console import DataOption, out, run, settings_of
from deploy.host import single_service as serving
from deploy.host.root_app import bound
from shared.base import tracing


def add_to(app: typer.Typer) -> None:
    """Puts these commands under `maillage`."""
    app.command("serve")(serve_)
    app.command()(prepare)


def serve_(
    service: Annotated[
        str, typer.Argument(help="directory, membership, events, newsletter or observatory.", show_default=False)
    ],
    data: DataOption = None,
    port: Annotated[int | None, typer.Option(min=0, max=65535, help="MAILLAGE_PORT.", show_default=False)] = None,
) -> None:
    """Serve one service, on NATS servers of the installation's own (MAILLAGE_NATS_URL); as its container runs it."""
    definition, settings = serving.definition_of(service), settings_of(data, port)
    tracing.configure(settings, service)
    sock = bound(settings.port, settings.host, listening=settings.metrics_port is None)
    actual = settings.model_copy(update={"port": sock.getsockname()[1]})
    try:
        run(
            serving.run_service(
                actual,
                definition,
                sock,
                lambda: out.print(f"{service}: http://{settings.host}:{actual.port}", highlight=False),
            )
        )
    finally:
        sock.close()


def prepare(
    replicas: Annotated[int, typer.Option(min=1, max=5, help="On how many NATS nodes each event lies.")] = 3,
    reader: Annotated[
        list[str] | None, typer.Option(help="A service from outside that reads; may be given again (MAILLAGE_READERS).")
    ] = None,
    data: DataOption = None,
) -> None:
    """Make the event log on the installation's own NATS servers (MAILLAGE_NATS_URL), as their operator. Writes
    nothing."""
    settings = settings_of(data)
    readers = reader or settings.readers.split(",")
    out.print(run(serving.prepare(settings, replicas, readers)), highlight=False, soft_wrap=True)
