"""What Python files import, read from their source: nothing is run."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path


def imported_names(folder: Path) -> set[str]:
    """The dotted names all files below ``folder`` import, those for types only included."""
    return {name for file in folder.rglob("*.py") for name in _names(file)}


def _names(file: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(file.read_text("utf-8"), str(file))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            # ``from modules import sales`` names the module as much as ``import modules.sales``.
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def modules_imported(folder: Path, packages: dict[str, str]) -> set[str]:
    """Which modules the files import; ``packages`` is the import name of each installed one."""
    imported = imported_names(folder)
    return {
        name
        for name, package in packages.items()
        if any(found == package or found.startswith(f"{package}.") for found in imported)
    }
