"""What CI asks for beyond green: nothing skipped, and pages without errors."""

from __future__ import annotations

from pathlib import Path

import pytest

TESTS = Path(__file__).resolve().parents[1]


@pytest.fixture
def repository(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> pytest.Pytester:
    """Without our fixtures, which cost the import of the host for each of its runs."""
    monkeypatch.delenv("CI", raising=False)
    monkeypatch.setenv("PYTHONPATH", str(TESTS.parent))
    pytester.makeconftest((TESTS / "completeness.py").read_text("utf-8"))
    pytester.makeini("[pytest]\ntestpaths = .\nmarkers = browser: needs Chromium\n")
    return pytester


SKIPPED = """
    import pytest

    @pytest.mark.browser
    @pytest.mark.postgresql
    def test_passes():
        pass

    def test_is_skipped():
        pytest.skip("no ERP here")
"""


def test_a_skipped_test_is_fine_at_home(repository: pytest.Pytester) -> None:
    repository.makepyfile(SKIPPED)
    assert repository.runpytest_subprocess().ret == pytest.ExitCode.OK


def test_a_skipped_test_fails_ci_and_is_named(
    repository: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CI", "true")
    repository.makepyfile(SKIPPED)
    outcome = repository.runpytest_subprocess("-n", "2")
    assert outcome.ret == pytest.ExitCode.TESTS_FAILED
    outcome.stdout.fnmatch_lines(["CI: skipped: *::test_is_skipped"])


def test_a_suite_that_never_ran_fails_ci(
    repository: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CI", "true")
    repository.makepyfile("def test_passes(): pass")
    outcome = repository.runpytest_subprocess()
    assert outcome.ret == pytest.ExitCode.TESTS_FAILED
    outcome.stdout.fnmatch_lines(["CI: nothing passed in the suite browser"])


def test_a_chosen_few_tests_need_no_suite(
    repository: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CI", "true")
    repository.makepyfile("def test_passes(): pass")
    assert repository.runpytest_subprocess("-k", "passes").ret == pytest.ExitCode.OK


@pytest.mark.browser
def test_an_error_on_a_page_fails_its_test(repository: pytest.Pytester) -> None:
    repository.makeconftest((TESTS / "conftest.py").read_text("utf-8"))
    repository.makepyfile(
        """
        def test_logs(page):
            page.goto("data:text/html,<title>x</title>")
            page.evaluate("console.error('lost')")

        def test_throws(page):
            page.goto("data:text/html,<script>throw new Error('lost')</script>")
        """
    )
    repository.runpytest_subprocess().assert_outcomes(passed=2, errors=2)
