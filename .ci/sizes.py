"""Names functions over 30 lines and files over 300. It informs; it never fails."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PLACES = ("core", "modules", "connectors", "tests", ".ci")
#: Revisions are written by Alembic and read once.
GENERATED = {"migrations"}
FUNCTION_LINES = 30
FILE_LINES = 300


def main() -> None:
    files = sorted(
        file
        for place in PLACES
        for file in (ROOT / place).rglob("*.py")
        if not GENERATED & set(file.parts)
    )
    longer = [line for file in files for line in long_parts(file)]
    sys.stdout.write("".join(f"long: {line}\n" for line in longer))
    sys.stdout.write(f"{len(files)} files, {len(longer)} longer than we like\n")


def long_parts(file: Path) -> Iterator[str]:
    source = file.read_text("utf-8")
    name = file.relative_to(ROOT)
    if (lines := len(source.splitlines())) > FILE_LINES:
        yield f"{name}: {lines} lines"
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            lines = (node.end_lineno or node.lineno) - node.lineno + 1
            if lines > FUNCTION_LINES:
                yield f"{name}:{node.lineno}: {node.name} has {lines} lines"


if __name__ == "__main__":
    main()
