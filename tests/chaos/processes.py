"""Tandem's real processes, and the blows they take: ``tandem run`` and ``tandem worker`` beside."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event, Lock, Thread

import psutil
import requests

from core.config import Settings
from core.serve import environment_of

ROOT = Path(__file__).parents[2]
#: The machine is busy: a start that takes two seconds alone may take long.
UP_WITHIN_S = 120.0
_LOOK_S, _LOOK_AGAIN_S = 0.5, 0.2
_WEB = "gunicorn"


@dataclass
class Program:
    """A command that is started again and again; what it says goes to the end of ``log``."""

    command: Sequence[str]
    environment: dict[str, str]
    log: Path
    _process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    def start(self) -> None:
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                self.command,
                env=self.environment,
                stdout=log,
                stderr=log,
                stdin=subprocess.DEVNULL,
                start_new_session=True,
            )

    def kill(self) -> None:
        """With all its children, as a power cut would."""
        if self._process is None:
            return
        children = [child.pid for child in self._children()]
        # Itself first: it would start its children again.
        for pid in (self.pid, *children):
            _signal(pid, signal.SIGKILL)
        self._process.wait()
        self._process = None

    def look_after(self) -> None:
        """Start it again when it ended by itself, as a service manager does."""
        if self._process is not None and self._process.poll() is not None:
            self.start()

    def stop(self) -> None:
        """The good way: SIGTERM, and time to end."""
        if self._process is None:
            return
        self._process.terminate()
        try:
            self._process.wait(60)
        except subprocess.TimeoutExpired:
            self.kill()
        self._process = None

    def children_of(self, part: str) -> list[int]:
        """Ids of its children whose command has ``part``, the youngest generation first."""
        return [child.pid for child in self._children() if part in " ".join(_command(child))]

    def _children(self) -> list[psutil.Process]:
        try:
            return psutil.Process(self.pid).children(recursive=True)[::-1]
        except psutil.NoSuchProcess:
            return []


@dataclass
class Cluster:
    """``tandem run``, which has a worker of its own, and ``beside`` more workers."""

    settings: Settings
    token: str
    installed: Path
    logs: Path
    beside: int = 0
    #: Kills that hit somebody; one of everything is one.
    killed: int = 0
    _lock: Lock = field(default_factory=Lock)

    def __post_init__(self) -> None:
        path = os.pathsep.join([str(self.installed), str(ROOT)])
        environment = {**os.environ, **environment_of(self.settings), "PYTHONPATH": path}
        tandem = [sys.executable, "-m", "core.cli"]
        self.serving = Program([*tandem, "run"], environment, self.logs / "run.log")
        self.workers = [
            Program([*tandem, "worker"], environment, self.logs / f"worker-{number}.log")
            for number in range(self.beside)
        ]

    @property
    def url(self) -> str:
        return f"http://{self.settings.host}:{self.settings.port}/api/v1"

    def start(self) -> None:
        for program in (self.serving, *self.workers):
            program.start()
        self.wait_until_up()

    def stop(self) -> None:
        for program in (*self.workers, self.serving):
            program.stop()

    def wait_until_up(self) -> None:
        headers = {"Authorization": f"Bearer {self.token}"}

        def answers() -> bool:
            try:
                return requests.get(f"{self.url}/modules", headers=headers, timeout=5).ok
            except requests.RequestException:
                return False

        assert wait(answers, UP_WITHIN_S), f"Tandem did not start: see {self.logs}"

    def look_after(self) -> None:
        with self._lock:
            for program in (self.serving, *self.workers):
                program.look_after()

    def kill_worker(self, pick: float) -> None:
        """One of them, at the mercy of ``pick`` in [0, 1); its keeper forks another."""
        self._kill_one(self._worker_pids, pick)

    def kill_keeper(self, pick: float) -> None:
        """What ``tandem worker`` is, with the workers it has forked; or that of ``tandem run``."""
        if not self.workers:
            self._kill_one(lambda: self._keeping()[-1:], pick)
            return
        with self._lock:
            chosen = self.workers[int(pick * len(self.workers))]
            chosen.kill()
            chosen.start()
            self.killed += 1

    def kill_web(self, pick: float) -> None:
        """A process that serves requests; gunicorn starts another."""
        # The master comes last: it forked them, and has the same command.
        self._kill_one(lambda: self.serving.children_of(_WEB)[:-1], pick)

    def kill_all(self) -> None:
        with self._lock:
            for program in (*self.workers, self.serving):
                program.kill()
            for program in (self.serving, *self.workers):
                program.start()
            self.killed += 1

    def pause_worker(self, pick: float, seconds: float) -> None:
        """SIGSTOP, and SIGCONT when everybody thinks it is dead. Does not wait for it."""
        pids = self._worker_pids()
        if not pids:
            return
        pid = pids[int(pick * len(pids))]
        _signal(pid, signal.SIGSTOP)

        def go_on() -> None:
            time.sleep(seconds)
            _signal(pid, signal.SIGCONT)

        Thread(target=go_on, daemon=True).start()

    def _worker_pids(self) -> list[int]:
        pids = self._keeping()[:-1]
        return pids + [pid for program in self.workers for pid in program.children_of("")]

    def _keeping(self) -> list[int]:
        """The workers of ``tandem run``, and last the keeper who forked them."""
        web = self.serving.children_of(_WEB)
        return [pid for pid in self.serving.children_of("") if pid not in web]

    def _kill_one(self, living: Callable[[], list[int]], pick: float) -> None:
        """Who was just killed may not be back yet: that one is waited for."""

        def struck() -> bool:
            pids = living()
            return bool(pids) and _signal(pids[int(pick * len(pids))], signal.SIGKILL)

        assert wait(struck, UP_WITHIN_S), f"Nobody is left to kill: see {self.logs}"
        self.killed += 1


@contextmanager
def running(cluster: Cluster) -> Iterator[Cluster]:
    over = Event()

    def look_after() -> None:
        while not over.wait(_LOOK_S):
            cluster.look_after()

    manager = Thread(target=look_after, daemon=True)
    try:
        cluster.start()
        manager.start()
        yield cluster
        over.set()
        manager.join()
        cluster.stop()
    finally:
        over.set()
        for program in (*cluster.workers, cluster.serving):
            program.kill()


@contextmanager
def erp_process(file: Path, log: Path) -> Iterator[tuple[subprocess.Popen[str], int]]:
    """The scripted ERP in a process of its own, and its port."""
    command = [sys.executable, "-m", "tests.chaos.erp", str(file)]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    with (
        log.open("ab") as said,
        subprocess.Popen(
            command,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=said,
            text=True,
            start_new_session=True,
        ) as process,
    ):
        assert process.stdout is not None
        try:
            yield process, int(process.stdout.readline())
        finally:
            process.kill()


@contextmanager
def frozen(pid: int) -> Iterator[None]:
    _signal(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        _signal(pid, signal.SIGCONT)


def wait(look: Callable[[], bool], within_s: float) -> bool:
    """Whether it came true in time."""
    until = time.monotonic() + within_s
    while not look():
        if time.monotonic() > until:
            return False
        time.sleep(_LOOK_AGAIN_S)
    return True


def _signal(pid: int, number: signal.Signals) -> bool:
    """False: it has just ended by itself."""
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        return False
    return True


def _command(process: psutil.Process) -> list[str]:
    try:
        return process.cmdline()
    except psutil.Error:
        return []
