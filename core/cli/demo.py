"""``tandem demo``: Tandem and an ERP on this machine, and what the ERP's own people would do."""

from __future__ import annotations

from pathlib import Path

import click


@click.group(invoke_without_command=True)
@click.option("--erp", envvar="ERP", default="tryton", show_default=True, help="Its connector.")
@click.option(
    "--port", envvar="PORT", type=click.IntRange(1, 65535), default=8000, show_default=True
)
@click.pass_context
def demo(context: click.Context, *, erp: str, port: int) -> None:
    """Bring up Tandem with an ERP and made-up data, and serve until Ctrl-C.

    All of it lies in .demo; a second start finds it as it was.
    """
    if context.invoked_subcommand is not None:
        return
    from core.demo.console import Screen  # noqa: PLC0415 - all of Tandem, which --help need not load
    from core.demo.course import Course  # noqa: PLC0415
    from core.demo.folder import NAME, Folder  # noqa: PLC0415

    Course(folder=Folder(Path(NAME).absolute()), connector=erp, port=port, screen=Screen()).run()


@demo.command()
def reset() -> None:
    """End the demo that runs here, and remove it."""
    from core.demo.console import Screen  # noqa: PLC0415
    from core.demo.course import reset as remove  # noqa: PLC0415
    from core.demo.folder import NAME, Folder  # noqa: PLC0415

    remove(Folder(Path(NAME).absolute()), Screen())


@demo.command()
@click.argument("order")
def ship(*, order: str) -> None:
    """Ship what is open of ORDER (its number or reference) in the ERP."""
    _act("ship", order)


@demo.command()
@click.argument("order")
def invoice(*, order: str) -> None:
    """Issue the invoice of ORDER in the ERP."""
    _act("invoice", order)


@demo.command()
@click.argument("order")
def pay(*, order: str) -> None:
    """Take the money for ORDER's invoice in the ERP."""
    _act("pay", order)


def _act(name: str, order: str) -> None:
    from core.cli.opened import quiet_settings  # noqa: PLC0415
    from core.demo.errands import act_on  # noqa: PLC0415
    from core.demo.folder import nearest  # noqa: PLC0415
    from core.demo.steps import Step  # noqa: PLC0415

    quiet_settings()
    click.echo(act_on(nearest(Path.cwd()), Step(name), order))
