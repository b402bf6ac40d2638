"""Passwords: what is taken, and that nobody learns who has an account."""

from __future__ import annotations

import time

import pytest
from argon2 import PasswordHasher

from core.errors import Invalid
from core.security.passwords import NOBODY, check_password, hashed, is_outdated, is_right

GOOD = "correct horse battery"


@pytest.mark.parametrize(
    ("password", "says"),
    [
        ("short", "at least 12"),
        ("x" * 201, "at most 200"),
        ("Ada.Lovelace@Example.com", "e-mail"),
        ("ada.lovelace", "e-mail"),
        ("abababababab", "different"),
    ],
)
def test_weak_passwords_are_told_why(password: str, says: str) -> None:
    with pytest.raises(Invalid, match=says) as raised:
        check_password(password, "ada.lovelace@example.com")
    assert set(raised.value.fields) == {"password"}


def test_a_few_words_are_taken_in_any_script() -> None:
    check_password(GOOD, "ada@example.com")
    check_password("กินข้าวแล้วหรือยังครับ", "ada@example.com")


def test_only_the_password_opens() -> None:
    kept = hashed(GOOD)
    assert GOOD not in kept
    assert is_right(GOOD, kept)
    assert not is_right(GOOD + " ", kept)
    assert not is_right(GOOD, "not a hash")


def test_a_hash_of_other_parameters_is_outdated() -> None:
    assert is_outdated(PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(GOOD))
    assert not is_outdated(hashed(GOOD))


def test_a_stranger_costs_as_much_as_a_user() -> None:
    assert not is_outdated(NOBODY), "other parameters would show in the time it takes"
    assert not is_right(GOOD, NOBODY)
    stranger, user = _cpu_s(NOBODY), _cpu_s(hashed(GOOD))
    assert stranger > user / 2


def _cpu_s(kept: str) -> float:
    before = time.process_time()
    for _ in range(3):
        is_right("a wrong password", kept)
    return time.process_time() - before
