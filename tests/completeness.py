"""What CI asks for beyond green: nothing skipped, and no suite that did not run."""

from __future__ import annotations

import os

import pytest

#: What must have run, and not merely not failed, before CI is content.
SUITES = ("postgresql", "browser", "tryton")

_skipped = pytest.StashKey[list[str]]()
_suites = pytest.StashKey[set[str]]()


def pytest_configure(config: pytest.Config) -> None:
    config.stash[_skipped] = []
    config.stash[_suites] = set()
    config.pluginmanager.register(_Watch(config), "tandem-watch")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        # Reports travel from xdist's workers with these, not with their markers.
        item.user_properties += [
            ("suite", suite) for suite in SUITES if item.get_closest_marker(suite)
        ]


class _Watch:
    """Remembers what was skipped and which suites passed something, in every process."""

    def __init__(self, config: pytest.Config) -> None:
        self._stash = config.stash

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.skipped and not hasattr(report, "wasxfail"):
            self._stash[_skipped].append(report.nodeid)
        elif report.when == "call" and report.passed:
            self._stash[_suites] |= {str(value) for name, value in report.user_properties}

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        if report.skipped:
            self._stash[_skipped].append(report.nodeid)


def pytest_sessionfinish(session: pytest.Session) -> None:
    if _missing(session.config) and session.exitstatus == pytest.ExitCode.OK:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, config: pytest.Config
) -> None:
    for line in _missing(config):
        terminalreporter.write_line(f"CI: {line}", red=True)


def _missing(config: pytest.Config) -> list[str]:
    if not os.environ.get("CI") or hasattr(config, "workerinput"):
        return []
    missing = [f"skipped: {nodeid}" for nodeid in config.stash[_skipped]]
    if config.args_source is pytest.Config.ArgsSource.TESTPATHS and not config.option.keyword:
        absent = [suite for suite in SUITES if suite not in config.stash[_suites]]
        missing += [f"nothing passed in the suite {suite}" for suite in absent]
    return missing
