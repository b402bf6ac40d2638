"""``tandem``: the command line. What a command needs is imported when it is called."""

from __future__ import annotations


def main() -> None:
    from core.cli.root import run  # noqa: PLC0415 - click and all below only for who calls

    raise SystemExit(run())
