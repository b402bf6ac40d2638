"""What a person at the terminal sees while a demo comes up."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TaskID, TextColumn
from rich.text import Text

from core.demo.folder import Credentials, Folder
from core.sync.pull.stream import Report


class Screen:
    """Lines for a terminal; the same lines, without colours and bars, for a file."""

    def __init__(self) -> None:
        self._console = Console(highlight=False, soft_wrap=True)

    def step(self, words: str) -> None:
        self._console.print(Text.assemble(("  ", ""), (words, "")))

    def planned(self, counts: Mapping[str, int]) -> None:
        self.step(f"Planned {_words(counts)}: nothing is changed or deleted")

    @contextmanager
    def reading(self, kinds: list[str]) -> Iterator[Report]:
        """A bar over the kinds of records, with counts of what was read so far."""
        counts: Counter[str] = Counter()
        columns = (SpinnerColumn(), BarColumn(24), TextColumn("{task.description}"))
        hidden = not self._console.is_terminal
        with Progress(*columns, console=self._console, transient=True, disable=hidden) as bar:
            task = bar.add_task("reading", total=len(kinds))

            def report(kind: str, written: int) -> None:
                counts[kind] += written
                _show(bar, task, counts, done=kinds.index(kind) + 1)

            yield report
        self.step(f"Read {_words(counts)}")

    def ready(self, folder: Folder, credentials: Credentials) -> None:
        lines = (
            ("Tandem", credentials.url),
            ("Sign in as", f"{credentials.email}  {credentials.password}"),
            ("All of it", str(folder.path / "credentials.json")),
            ("Try", f"{credentials.url}/orders/ : open the draft, press Confirm, watch it arrive"),
            ("", f"{credentials.url}/demo/ : ship, invoice and pay it in the ERP"),
            ("", "or from another shell: .venv/bin/tandem demo ship|invoice|pay ORDER"),
            ("End", "Ctrl-C; the data stays for the next make demo"),
        )
        self._console.print()
        for title, words in lines:
            self._console.print(Text.assemble((f"  {title:<12}", "bold"), words))
        self._console.print()


def _show(bar: Progress, task: TaskID, counts: Counter[str], *, done: int) -> None:
    bar.update(task, completed=done, description=_words(counts))


def _words(counts: Mapping[str, int]) -> str:
    named = [f"{count} {_noun(kind, count)}" for kind, count in counts.items() if count]
    return ", ".join(named) or "nothing new"


def _noun(kind: str, count: int) -> str:
    """``stock.level`` as people say it."""
    noun = kind.rpartition(".")[2].replace("_", " ")
    if count == 1:
        return noun
    return f"{noun.removesuffix('y')}ies" if noun.endswith("y") else _plural(noun)


def _plural(noun: str) -> str:
    return f"{noun}es" if noun.endswith(("s", "x")) else f"{noun}s"
