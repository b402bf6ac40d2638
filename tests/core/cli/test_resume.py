"""``tandem sync resume`` and ``allow-push``: what a person says of a held database, and hears."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import select

from core import logs
from core.actor import system
from core.cli.root import run as tandem
from core.host import Host
from core.installation.recognise import recognise
from core.registry.models import Installation

Say = Callable[..., tuple[int, str]]
ACTOR = system("tests")

pytestmark = pytest.mark.parametrize("backend", ["sqlite"], indirect=True)


@pytest.fixture
def say(
    host: Host, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Say:
    """``say("resume")``: the exit code, and what was said; where it failed on stderr."""
    # Loggers keep the stream they first wrote to, which here ends with the test.
    monkeypatch.setattr(logs, "configure", lambda _settings: None)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TANDEM_DATA_DIR", str(host.settings.data_dir))
    monkeypatch.setenv("TANDEM_DATABASE_URL", host.settings.url)

    def call(*arguments: str) -> tuple[int, str]:
        code = tandem(["sync", *arguments])
        said = capsys.readouterr()
        return code, said.err if code else said.out

    return call


def put_elsewhere(host: Host) -> None:
    """As if the file had been opened last on another machine."""
    recognise(host)
    with host.write(ACTOR) as work:
        work.session.scalars(select(Installation)).one().place = "data.sqlite on another"


def standing(host: Host) -> Installation:
    with host.read(ACTOR) as work:
        return work.session.scalars(select(Installation)).one()


def test_who_does_not_say_what_it_is_is_told_why_it_is_held_and_how_to_go_on(
    host: Host, say: Say
) -> None:
    code, said = say("resume")
    assert (code, "Nothing is held" in said) == (1, True)
    put_elsewhere(host)
    code, said = say("resume")
    assert code == 1
    assert "opened last as data.sqlite on another" in said
    assert "--after-restore when" in said
    assert "--as-clone when" in said
    code, said = say("resume", "--as-clone", "--after-restore")
    assert code != 0
    assert said == "tandem: It is either --after-restore or --as-clone: say one of them.\n"
    assert standing(host).held
    code, said = say("allow-push")
    assert (code, "restored or is a copy" in said) == (1, True)


def test_what_can_not_be_done_while_it_is_held_does_not_end_well(host: Host, say: Say) -> None:
    assert say("run")[0] == 0
    put_elsewhere(host)
    code, said = say("run")
    assert (code, "tandem sync resume" in said) == (1, True)
    code, said = say("reconcile")
    assert (code, "tandem sync status" in said) == (2, True)


def test_after_a_restore_it_works_again_in_a_new_epoch(host: Host, say: Say) -> None:
    put_elsewhere(host)
    code, said = say("resume", "--after-restore")
    assert (code, "looked for in the ERP before it is sent" in said) == (0, True)
    assert (standing(host).held, standing(host).epoch, standing(host).pushes) == ("", 2, True)


def test_a_copy_sends_nothing_until_it_is_told_to(host: Host, say: Say) -> None:
    put_elsewhere(host)
    original = standing(host).id
    code, said = say("resume", "--as-clone")
    assert (code, "tandem sync allow-push" in said) == (0, True)
    copy = standing(host)
    assert (copy.held, copy.pushes, copy.copy_of) == ("", False, original)
    assert copy.id != original
    assert say("allow-push") == (0, "This installation sends to its ERPs from now on.\n")
    assert standing(host).pushes
    code, said = say("allow-push")
    assert (code, "sends already" in said) == (1, True)


def test_what_nothing_holds_becomes_a_copy_only_on_purpose(host: Host, say: Say) -> None:
    recognise(host)
    code, said = say("resume", "--as-clone")
    assert (code, "Repeat with --yes if that is meant." in said) == (1, True)
    assert standing(host).pushes
    assert say("resume", "--as-clone", "--yes")[0] == 0
    assert not standing(host).pushes
