"""Who shares a data folder knows at once who has died, and takes nobody that hangs for dead."""

from __future__ import annotations

import os
import signal
import time
from dataclasses import dataclass, field
from pathlib import Path
from uuid import UUID

import pytest

from core.children import Child, Forked
from core.ids import new_id
from core.signs import Signs


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "workers"


def shown(life: UUID, folder: Path) -> Forked:
    """A process that lives, once this returns."""

    def live() -> None:
        signs = Signs(folder)
        signs.show(life)
        signal.pause()

    process = Forked(live)
    while not (folder / str(life)).exists():
        time.sleep(0.01)
    return process


def test_a_life_that_was_killed_is_gone_until_it_is_forgotten(folder: Path) -> None:
    life, signs = new_id(), Signs(folder)
    assert signs.gone() == []
    process = shown(life, folder)
    try:
        os.kill(process.pid, signal.SIGSTOP)
        assert signs.gone() == []
    finally:
        process.kill()
        process.wait(60)
    assert signs.gone() == Signs(folder).gone() == [life]
    signs.forget([life])
    assert signs.gone() == []
    assert list(folder.iterdir()) == []


def test_who_shows_another_life_or_withdraws_leaves_nothing_behind(folder: Path) -> None:
    signs, others = Signs(folder), Signs(folder)
    first, second = new_id(), new_id()
    signs.show(first)
    signs.show(second)
    assert [sign.name for sign in folder.iterdir()] == [str(second)]
    assert others.gone() == signs.gone() == []
    signs.withdraw()
    assert list(folder.iterdir()) == []


class Life:
    """Of a child, as long as the test says."""

    status: int | None = None

    def poll(self) -> int | None:
        return self.status

    def terminate(self) -> None:
        self.status = 0

    kill = terminate

    def wait(self, _timeout: float) -> object:
        return self.status


def test_a_folder_that_can_not_be_written_gives_no_signs(folder: Path) -> None:
    folder.write_text("in the way")
    signs = Signs(folder)
    signs.show(new_id())
    assert signs.gone() == []
    signs.withdraw()


@dataclass
class Begun:
    """The lives of a child: as many as it was given."""

    lives: list[Life] = field(default_factory=list)

    def start(self) -> Life:
        self.lives.append(Life())
        return self.lives[-1]


def test_a_child_that_was_settled_is_back_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    begun = Begun()
    child, lives = Child("child", begun.start, settled_s=2), begun.lives
    clock = Clock(monkeypatch)
    child.look_after()
    clock.now += 3
    lives[-1].status = -9
    assert child.look_after() == -9
    assert child.look_after() is None
    assert len(lives) == 2


def test_a_child_that_dies_again_and_again_pauses_longer_each_time(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    begun = Begun()
    child, lives = Child("child", begun.start, settled_s=2), begun.lives
    clock = Clock(monkeypatch)
    pauses = []
    for number in range(1, 11):
        child.look_after()
        assert len(lives) == number
        lives[-1].status = 1
        child.look_after()
        died_at = clock.now
        while child.look_after() is None and len(lives) == number:
            clock.now += 0.25
        pauses.append(clock.now - died_at)
    assert pauses == [0.5, 1, 2, 4, 8, 16, 30, 30, 30, 30]


class Clock:
    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now = 1000.0
        monkeypatch.setattr("core.children.time.monotonic", lambda: self.now)
