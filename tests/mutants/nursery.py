"""A process that has imported everything and made the tables once, and forks for every mutant.

Each line on its stdin is a mutant's name; the answer is one line of JSON: pytest's exit code and
what it said. A fork costs a second where a fresh process needs seven.
"""

from __future__ import annotations

import gc
import json
import os
import shutil
import sys
import tempfile
import traceback
from collections.abc import Callable, Iterator
from importlib import import_module
from pathlib import Path
from types import CodeType, FunctionType
from unittest.mock import patch

import playwright.sync_api  # noqa: F401 - for the forks: each would import it anew
import pytest
from sqlalchemy import make_url

from core.app import create_app
from core.manifest import module as own
from core.registry.registry import Registry, installed_registry
from core.testing import databases, trial
from tests.mutants.table import MUTANTS, Mutant

_READY = (create_app, trial)
_QUIET = ("-q", "-x", "--no-header", "--tb=short", "--assert=plain", "-p", "no:cacheprovider")
#: One database is enough to see the harm. What hangs is caught too, but must end.
_WHERE = ("-k", "not postgresql", "--timeout", "60")


class Harmless(Exception):
    """The sabotage changes no function, so nothing would be tested."""


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        template = Path(folder) / "template.sqlite"
        databases.migrate(databases.sqlite_url(template), installed_registry(own), Path(folder))
        for line in sys.stdin:
            said = Path(folder) / "said"
            if (pid := os.fork()) == 0:
                os._exit(_try(MUTANTS[line.strip()], template, said))
            code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
            sys.stdout.write(json.dumps({"code": code, "said": said.read_text("utf-8")}) + "\n")
            sys.stdout.flush()


def _try(mutant: Mutant, template: Path, said: Path) -> int:
    """In the fork: spoil, and let the tests run."""
    with said.open("w", encoding="utf-8") as file:
        for stream in (1, 2):
            os.dup2(file.fileno(), stream)
    try:
        spoil(mutant)
        with patch.object(databases, "migrate", _copying(template)):
            return int(pytest.main([*_QUIET, *_WHERE, *mutant.tests]))
    except BaseException:  # noqa: BLE001 - a fork must not clear up what is its parent's
        traceback.print_exc()
        return int(pytest.ExitCode.INTERNAL_ERROR)
    finally:
        sys.stdout.flush()
        sys.stderr.flush()


def _copying(template: Path) -> Callable[[str, Registry, Path], None]:
    """Instead of the migrations, which are no mutant's business."""

    def migrate(url: str, _registry: Registry, _data_dir: Path) -> None:
        database = make_url(url).database
        assert database is not None
        shutil.copyfile(template, database)

    return migrate


def spoil(mutant: Mutant) -> None:
    """Give the functions of the imported module the bodies they have in the spoilt source."""
    module = import_module(mutant.module)
    assert module.__file__ is not None
    bodies = dict(_bodies(compile(mutant.spoilt_source(), module.__file__, "exec")))
    spoilt = 0
    for function in [one for one in gc.get_objects() if isinstance(one, FunctionType)]:
        if function.__code__.co_filename != module.__file__:
            continue
        body = bodies.get(function.__code__.co_qualname)
        if body is not None and not _same(body, function.__code__):
            function.__code__ = body
            spoilt += 1
    if not spoilt:
        raise Harmless(mutant.name)


def _bodies(code: CodeType) -> Iterator[tuple[str, CodeType]]:
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield constant.co_qualname, constant
            yield from _bodies(constant)


def _same(one: CodeType, other: CodeType) -> bool:
    """But for line numbers."""
    if (one.co_code, one.co_names, one.co_varnames) != (
        other.co_code,
        other.co_names,
        other.co_varnames,
    ):
        return False
    pairs = zip(one.co_consts, other.co_consts, strict=True)
    return all(
        _same(mine, theirs)
        if isinstance(mine, CodeType) and isinstance(theirs, CodeType)
        else mine == theirs
        for mine, theirs in pairs
    )


if __name__ == "__main__":
    main()
