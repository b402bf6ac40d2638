"""``python -m core.cli``: the command where the script ``tandem`` is not on the path."""

from __future__ import annotations

from core.cli import main

main()
