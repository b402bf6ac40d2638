"""The little markup of articles: paragraphs, headings and lists, and nothing that could do harm."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from itertools import groupby


class Form(StrEnum):
    HEADING = "heading"
    LIST = "list"
    TEXT = "text"


@dataclass(frozen=True, slots=True)
class Block:
    form: Form
    lines: tuple[str, ...]


def blocks(text: str) -> list[Block]:
    """``# `` is a heading, ``- `` a list's entry, an empty line ends a paragraph."""
    return [block for part in _parts(text) for block in _forms(part)]


def _parts(text: str) -> Iterator[list[str]]:
    lines = [line.rstrip() for line in text.replace("\r\n", "\n").split("\n")]
    for is_filled, part in groupby(lines, key=bool):
        if is_filled:
            yield list(part)


def _forms(lines: list[str]) -> Iterator[Block]:
    for form, part in groupby(lines, key=_form):
        yield Block(
            form,
            tuple(
                line.lstrip("# ") if form is Form.HEADING else line.removeprefix("- ").strip()
                for line in part
            ),
        )


def _form(line: str) -> Form:
    if line.startswith("# "):
        return Form.HEADING
    return Form.LIST if line.startswith("- ") else Form.TEXT
