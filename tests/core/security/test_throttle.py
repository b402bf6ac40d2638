"""Guessing: slower with every try, for the guesser alone, and never for ever."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
import time_machine

from core.actor import system
from core.clock import utcnow
from core.errors import TooMany
from core.host import Host
from core.security.models import Throttle
from core.security.throttle import admit, counted, forget_old_tries, forgive

HERE, THERE = "198.51.100.7", "203.0.113.9"


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(utcnow(), tick=False) as traveller:
        yield traveller


def attempt(host: Host, account: str = "ada@example.com", address: str = HERE) -> None:
    with host.write(system()) as work:
        admit(work, counted(account, address))


def waits(host: Host, account: str = "ada@example.com", address: str = HERE) -> int:
    try:
        attempt(host, account, address)
    except TooMany as error:
        return error.retry_after_s
    return 0


def test_each_wrong_try_makes_the_next_wait_longer(
    host: Host, clock: time_machine.Traveller
) -> None:
    assert [waits(host) for _ in range(6)] == [0, 0, 0, 0, 0, 2]
    seen = []
    for _ in range(12):
        pause = waits(host)
        seen.append(pause)
        clock.shift(timedelta(seconds=pause))
        attempt(host)
    assert seen == [2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900, 900]


def test_a_try_that_came_too_early_does_not_lengthen_the_wait(
    host: Host, clock: time_machine.Traveller
) -> None:
    for _ in range(6):
        attempt(host)
        clock.shift(timedelta(seconds=2))
    pause = waits(host)
    assert [waits(host) for _ in range(20)] == [pause] * 20


@pytest.mark.usefixtures("clock")
def test_a_guesser_elsewhere_locks_nobody_out(host: Host) -> None:
    for _ in range(5):
        attempt(host, address=THERE)
    assert waits(host, address=THERE) > 0
    assert waits(host, address=HERE) == 0


@pytest.mark.usefixtures("clock")
def test_an_address_that_tries_many_accounts_waits(host: Host) -> None:
    for number in range(20):
        attempt(host, f"user{number}@example.com")
    assert waits(host, "somebody-else@example.com") > 0
    assert waits(host, "somebody-else@example.com", THERE) == 0


@pytest.mark.usefixtures("clock")
def test_a_whole_ipv6_network_is_one_address(host: Host) -> None:
    for number in range(5):
        attempt(host, address=f"2001:db8::{number + 1}")
    assert waits(host, address="2001:db8::ffff") > 0
    assert waits(host, address="2001:db8:0:1::1") == 0


def test_tries_are_forgotten(host: Host, clock: time_machine.Traveller) -> None:
    for _ in range(5):
        attempt(host)
    clock.shift(timedelta(hours=1, seconds=1))
    assert [waits(host) for _ in range(5)] == [0] * 5
    assert waits(host) == 2


@pytest.mark.usefixtures("clock")
def test_the_right_password_gives_the_account_its_tries_back_and_the_address_one(
    host: Host,
) -> None:
    for number in range(20):
        attempt(host, f"user{number // 4}@example.com")
    with host.write(system()) as work:
        forgive(work, counted("user0@example.com", HERE))
    assert waits(host, "user0@example.com") == 0
    assert waits(host, "user0@example.com") > 0, "the address has used its tries up again"


def test_many_tries_at_once_are_many_tries(host: Host) -> None:
    with ThreadPoolExecutor(8) as pool:
        pauses = list(pool.map(lambda _: waits(host), range(12)))
    assert pauses.count(0) == 5


def test_old_tries_are_swept_away(host: Host, clock: time_machine.Traveller) -> None:
    attempt(host)
    clock.shift(timedelta(hours=2))
    with host.write(system()) as work:
        forget_old_tries(work)
    with host.read(system()) as work:
        assert work.session.query(Throttle).count() == 0
