"""The command line in one process: what each command does and says."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import select

from core.actor import system
from core.cli.root import COMMANDS, tandem
from core.companies import Company
from core.compose import open_host
from core.config import Settings
from core.host import Host
from core.security.accounts import roles_of
from core.security.callers import by_token
from core.security.keys import connection_keys
from core.security.models import Token, User
from core.security.passwords import is_right
from core.security.setup import code_file

Run = Callable[..., Result]
PASSWORD = "a few words to remember"


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """``run("user", "add", ...)``; the settings' database is the test's own."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TANDEM_DATA_DIR", str(tmp_path / "data"))

    def call(*arguments: str, stdin: str = "", code: int = 0) -> Result:
        result = CliRunner().invoke(tandem, arguments, input=stdin)
        assert result.exit_code == code, (result.output, result.exception)
        return result

    return call


@pytest.fixture
def on_empty(run: Run, empty_database_url: str, monkeypatch: pytest.MonkeyPatch) -> Run:
    monkeypatch.setenv("TANDEM_DATABASE_URL", empty_database_url)
    return run


@pytest.fixture
def on_host(run: Run, host: Host, monkeypatch: pytest.MonkeyPatch) -> Run:
    monkeypatch.setenv("TANDEM_DATABASE_URL", host.settings.database_url)
    return run


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_is_where_the_list_says_and_explains_itself(run: Run, name: str) -> None:
    assert COMMANDS[name].summary in run("--help").output
    assert "Usage:" in run(name, "--help").output


def test_init_makes_all_that_is_needed_and_says_how_to_go_on(
    on_empty: Run, tmp_path: Path, empty_database_url: str
) -> None:
    said = on_empty("init").output
    code = code_file(tmp_path / "data").read_text().strip()
    assert f"Set-up code: {code}" in said
    assert connection_keys(tmp_path / "data").stat().st_mode & 0o777 == 0o600
    opened = open_host(Settings(database_url=empty_database_url))
    with opened.read(system()) as work:
        assert work.enabled.names >= set(opened.registry.modules)
    opened.database.close()


def test_init_a_second_time_harms_nothing(on_empty: Run) -> None:
    first = on_empty("init").output
    again = on_empty("init").output
    assert "Tables: up to date." in again
    assert "Modules turned on: none." in again
    assert first.splitlines()[-2] == again.splitlines()[-2], "the set-up code"


def test_init_makes_the_first_administrator(on_empty: Run, empty_database_url: str) -> None:
    first = ("--email", "Ada@Example.com", "--company", "Acme", "--currency", "thb")
    on_empty("init", "--no-modules", *first, "--password-stdin", stdin=PASSWORD + "\n")
    opened = open_host(Settings(database_url=empty_database_url))
    with opened.read(system()) as work:
        user = work.session.scalars(select(User)).one()
        assert roles_of(work, user.id) == {"Administrator"}
        company = work.session.scalars(select(Company)).one()
        assert work.enabled.names == {"core"}
    opened.database.close()
    assert user.email == "ada@example.com"
    assert is_right(PASSWORD, user.password_hash)
    assert (company.name, company.currency) == ("Acme", "THB")
    assert "sign in as one of them" in on_empty("init", "--no-modules").output


def test_a_module_brings_what_it_requires(on_empty: Run) -> None:
    assert "contacts" in on_empty("init", "--module", "contacts").output
    states = dict(line.split("\t")[:2] for line in on_empty("module", "list").output.splitlines())
    assert states["contacts"] == "enabled"
    assert "disabled" in states.values()


def test_modules_go_on_and_off(on_empty: Run) -> None:
    on_empty("init", "--no-modules")
    assert on_empty("module", "enable", "contacts").output == "contacts is on.\n"
    assert on_empty("module", "enable", "contacts").output == "contacts was on already.\n"
    assert on_empty("module", "disable", "contacts").output.startswith("contacts is off;")
    assert on_empty("module", "disable", "contacts").output == "contacts was off already.\n"


def test_tables_are_upgraded_once(on_empty: Run) -> None:
    assert on_empty("db", "upgrade").output == "Upgraded: core.\n"
    assert on_empty("db", "upgrade").output == "Everything is up to date.\n"


@pytest.mark.usefixtures("company")
def test_a_user_gets_an_initial_password_shown_once(on_host: Run, host: Host) -> None:
    said = on_host("user", "add", "Ben@Example.com", "--name", "Ben", "--role", "Administrator")
    password = said.output.splitlines()[-1].rpartition(" ")[2]
    with host.read(system()) as work:
        user = work.session.scalars(select(User)).one()
    assert user.email == "ben@example.com"
    assert is_right(password, user.password_hash)


def test_a_token_is_all_that_stdout_gets(on_host: Run, host: Host) -> None:
    on_host("user", "add", "ben@example.com", "--password-stdin", stdin=PASSWORD)
    made = ("--name", "shop", "--scope", "core.sync", "--days", "30")
    secret = on_host("token", "create", "ben@example.com", *made).stdout.strip()
    with host.database.session(writes=False) as session:
        assert by_token(session, host.registry, secret)
        assert session.scalars(select(Token)).one().scopes == ["core.sync"]


def test_doctor_finds_a_new_installation_well(on_empty: Run) -> None:
    on_empty("init")
    said = on_empty("doctor").output
    assert "FAIL" not in said
    assert "none at work" in said


def test_doctor_names_what_is_wrong(on_empty: Run, tmp_path: Path) -> None:
    on_empty("init", "--no-modules")
    connection_keys(tmp_path / "data").chmod(0o644)
    (tmp_path / "data/keys/session.key").unlink()
    said = on_empty("doctor", code=1).output
    assert "connections.key can be read by others" in said
    assert "session.key is missing" in said
    assert "2 of" in said


def test_doctor_finds_an_empty_database(on_empty: Run) -> None:
    assert "run tandem init" in on_empty("doctor", code=1).output


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
@pytest.mark.usefixtures("company")
def test_a_backup_is_whole_while_somebody_writes(on_host: Run, host: Host, tmp_path: Path) -> None:
    target = tmp_path / "copies" / "tandem.sqlite"
    with host.write(system()) as work:
        work.session.add(Company(name="Not yet", currency="EUR"))
        work.session.flush()
        said = on_host("backup", str(target))
    assert said.stdout == f"{target}\n"
    assert "keys" in said.stderr
    assert target.stat().st_mode & 0o777 == 0o600
    assert [path.name for path in target.parent.iterdir()] == ["tandem.sqlite"]
    restored = open_host(Settings(database_url=f"sqlite:///{target}", data_dir=tmp_path))
    with restored.read(system()) as reading:
        assert list(reading.session.scalars(select(Company.name))) == ["Tandem Ltd"]
    restored.database.close()


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_a_backup_replaces_nothing(on_host: Run, tmp_path: Path) -> None:
    target = tmp_path / "kept"
    target.write_text("the last good copy")
    on_host("backup", str(target), code=1)
    assert target.read_text() == "the last good copy"


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_a_damaged_database_is_not_called_a_backup(on_host: Run, host: Host) -> None:
    host.database.close()
    path = Path(host.settings.database_url.removeprefix("sqlite:///"))
    with closing(sqlite3.connect(path)) as live:
        live.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    content = bytearray(path.read_bytes())
    content[4096 * 3 : 4096 * 12] = b"\xff" * (4096 * 9)
    path.write_bytes(content)
    on_host("backup", code=1)
    assert list((Path("data") / "backups").iterdir()) == []
