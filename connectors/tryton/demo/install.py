"""Installs Tryton into a folder, and prepares its database once."""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import secrets
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from core.errors import RuleBroken

DATABASE = "erp"
USER = "tandem"
_HERE = Path(__file__).parent
_REQUIREMENTS = _HERE / "requirements.txt"
_POPULATE = _HERE / "populate.py"
Report = Callable[[str], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """What ``erp.json`` keeps; ``pid`` is of the server that was started last."""

    made_from: str
    admin_password: str
    user: str
    password: str
    port: int = 0
    pid: int | None = None


class Installation:
    """One folder. With ``template`` it has a database of its own, and the rest is another's."""

    def __init__(self, folder: Path, *, template: Path | None = None) -> None:
        self.folder = folder.resolve()
        self._home = template.resolve() if template else self.folder
        self.log = self.folder / "trytond.log"
        self._state_file = self.folder / "erp.json"
        self.database = self.folder / "db" / f"{DATABASE}.sqlite"
        self._config = self.folder / "trytond.conf"

    @property
    def exists(self) -> bool:
        return self._state_file.exists()

    @property
    def state(self) -> State:
        if not self.exists:
            raise RuleBroken("the demo's Tryton is not installed yet: start it first")
        return State(**json.loads(self._state_file.read_text("utf-8")))

    def keep(self, *, pid: int | None) -> None:
        self._write(self._state_file, replace(self.state, pid=pid))

    def tool(self, name: str) -> str:
        return str(self._home / "venv" / "bin" / name)

    def environment(self) -> dict[str, str]:
        """Tryton reads its configuration from here too; what the caller has set is not for it."""
        clean = {k: v for k, v in os.environ.items() if not k.startswith(("TRYTOND_", "DB_"))}
        return {
            **clean,
            "TRYTOND_CONFIG": str(self._config),
            "TRYTOND_DATABASE_NAMES": DATABASE,
            # The backend is chosen when trytond is imported, before any argument is read.
            "TRYTOND_DATABASE_URI": "sqlite://",
        }

    def prepare(self, report: Report, *, port: int | Callable[[], int]) -> None:
        """Install what is missing and make the database in use; a second call changes nothing."""
        self.install(report)
        if self.exists and self.database.exists() and self._is_current(self._state_file):
            return
        self.folder.mkdir(parents=True, exist_ok=True)
        self._write_config(self.folder)
        self.database.parent.mkdir(exist_ok=True)
        for file in self.database.parent.glob(f"{self.database.name}*"):
            file.unlink()  # a journal of another database makes this one malformed
        shutil.copyfile(self._template, self.database)
        made = State(**json.loads(self._template_state.read_text("utf-8")))
        number = port if isinstance(port, int) else port()
        self._write(self._state_file, replace(made, port=number))

    def install(self, report: Report) -> None:
        """The virtual environment and the prepared database. Two callers wait in line."""
        self._home.mkdir(parents=True, exist_ok=True)
        with _locked(self._home / "install.lock"):
            self._install(report)

    @property
    def _template(self) -> Path:
        return self._home / "template.sqlite"

    @property
    def _template_state(self) -> Path:
        return self._home / "template.json"

    def _install(self, report: Report) -> None:
        if self._is_current(self._template_state):
            return
        report("Installing Tryton")
        self._make_venv()
        state = State(
            made_from=_made_from(),
            admin_password=secrets.token_urlsafe(18),
            user=USER,
            password=secrets.token_urlsafe(18),
        )
        self._make_template(report, state)
        # Last: without it the next call begins anew.
        self._write(self._template_state, state)

    def _is_current(self, file: Path) -> bool:
        return file.exists() and json.loads(file.read_text("utf-8"))["made_from"] == _made_from()

    def _make_venv(self) -> None:
        venv = self._home / "venv"
        shutil.rmtree(venv, ignore_errors=True)
        _run([sys.executable, "-m", "venv", str(venv)], "no virtual environment could be made")
        command = [str(venv / "bin" / "python"), "-m", "pip", "install", "--quiet"]
        command += ["--disable-pip-version-check", "--require-hashes", "-r", str(_REQUIREMENTS)]
        _run(command, "pip could not install Tryton")

    def _make_template(self, report: Report, state: State) -> None:
        """Built beside its place, so that a broken run leaves no half database there."""
        work = self._home / "making"
        shutil.rmtree(work, ignore_errors=True)
        making = Installation(work, template=self._home)
        making._make_database(report, state)
        making.database.replace(self._template)
        shutil.rmtree(work)

    def _make_database(self, report: Report, state: State) -> None:
        self.database.parent.mkdir(parents=True)
        self.database.touch()  # trytond-admin wants the file there, though empty
        self._write_config(self.folder)
        report("Creating Tryton's database")
        password_file = self.folder / "passfile"
        password_file.touch(mode=0o600)
        password_file.write_text(state.admin_password)
        command = [self.tool("trytond-admin"), "-c", str(self._config), "-d", DATABASE]
        command += ["-u", "sale", "--activate-dependencies", "--email", "admin@demo.example"]
        environment = {**self.environment(), "TRYTONPASSFILE": str(password_file)}
        _run(command, "Tryton's database could not be created", environment=environment)
        report("Filling it with products, customers and sales")
        command = [self.tool("python"), "-W", "ignore", str(_POPULATE)]
        command += [f"sqlite:///{DATABASE}", str(self._config)]
        login = json.dumps({"user": state.user, "password": state.password})
        failure = "Tryton's database could not be filled"
        environment = {**self.environment(), "TRYTOND_DATABASE_URI": f"sqlite:///{DATABASE}"}
        _run(command, failure, environment=environment, entered=login)
        with closing(sqlite3.connect(self.database)) as connection:
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            connection.execute("PRAGMA journal_mode = DELETE")

    def _write_config(self, folder: Path) -> None:
        lines = ["[database]", "uri = sqlite://", f"path = {folder / 'db'}", "[web]", "root ="]
        self._config.write_text("\n".join([*lines, ""]), "utf-8")

    def _write(self, file: Path, state: State) -> None:
        """In one step: a killed process leaves the old file or the new one."""
        new = file.with_suffix(".new")
        new.touch(mode=0o600)
        new.write_text(json.dumps(asdict(state), indent=2), "utf-8")
        new.replace(file)


def _made_from() -> str:
    """Changes when what is installed, or what is filled in, does."""
    content = _REQUIREMENTS.read_bytes() + _POPULATE.read_bytes()
    return hashlib.sha256(content).hexdigest()[:16]


@contextmanager
def _locked(file: Path) -> Iterator[None]:
    with file.open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def _run(
    command: Sequence[str],
    failure: str,
    *,
    environment: dict[str, str] | None = None,
    entered: str | None = None,
) -> None:
    """Raises ``RuleBroken`` with one line: ``failure`` and the last words of the command."""
    try:
        subprocess.run(  # noqa: S603 - our own paths, no shell
            command, check=True, capture_output=True, text=True, env=environment, input=entered
        )
    except FileNotFoundError as error:
        raise RuleBroken(f"{failure}: {command[0]} is not there") from error
    except subprocess.CalledProcessError as error:
        last_words = f"{error.stdout}\n{error.stderr}".strip().splitlines()[-1:]
        raise RuleBroken(": ".join([failure, *last_words])) from error
