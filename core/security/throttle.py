"""Guessing is slowed down: each wrong try makes the next one wait longer.

Counted per account and address, so that a stranger elsewhere locks nobody out, and per address,
whatever the account. Nobody is locked out for ever: the wait has an end, and tries are forgotten.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from ipaddress import IPv6Address, ip_address, ip_network

from sqlalchemy import delete, select, update

from core.clock import utcnow
from core.db.upsert import insert_into
from core.errors import TooMany
from core.security.models import Throttle
from core.web.i18n import ngettext
from core.work import UnitOfWork

_LONGEST_WAIT_S = 900
_FORGOTTEN_AFTER = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Counted:
    """Whom tries are counted for, and how many are free of waiting."""

    key: str
    free: int


def counted(account: str, address: str) -> tuple[Counted, Counted]:
    """The two counters of one try to sign in: account at the address, and the address alone."""
    near = _network(address)
    return (Counted(_key("account", account, near), 5), Counted(_key("address", near), 20))


def counted_at(place: str, address: str, *, free: int) -> Counted:
    """Of something strangers may do without signing in: per address, and how often in a row."""
    return Counted(_key("place", place, _network(address)), free)


def admit(work: UnitOfWork, counters: Sequence[Counted]) -> None:
    """Count the try as a wrong one; a right one is forgiven afterwards. Raise TooMany.

    Counting comes first, so that a hundred tries at once are a hundred tries.
    """
    now = utcnow()
    rows = [_row(work, counter) for counter in sorted(counters, key=lambda counter: counter.key)]
    for row in rows:
        if now - row.tried_at > _FORGOTTEN_AFTER:
            row.tries = 0
    free = {counter.key: counter.free for counter in counters}
    wait = max(_wait_s(row, free[row.key], now) for row in rows)
    if wait > 0:
        raise TooMany(_in_words(wait), retry_after_s=wait)
    for row in rows:
        row.tries += 1
        row.tried_at = now


def forgive(work: UnitOfWork, counters: tuple[Counted, Counted]) -> None:
    """The try was right: the account starts anew; the address only gets this one try back.

    Somebody with an account of his own could otherwise clear the address between two guesses.
    """
    account, address = counters
    work.session.execute(delete(Throttle).where(Throttle.key == account.key))
    work.session.execute(
        update(Throttle)
        .where(Throttle.key == address.key, Throttle.tries > 0)
        .values(tries=Throttle.tries - 1)
    )


def forget_old_tries(work: UnitOfWork) -> None:
    before = utcnow() - _FORGOTTEN_AFTER
    work.session.execute(delete(Throttle).where(Throttle.tried_at < before))


def _row(work: UnitOfWork, counter: Counted) -> Throttle:
    new = insert_into(Throttle, work.session).values(key=counter.key, tries=0, tried_at=utcnow())
    work.session.execute(new.on_conflict_do_nothing())
    row = select(Throttle).where(Throttle.key == counter.key).with_for_update()
    return work.session.scalars(row).one()


def _wait_s(row: Throttle, free: int, now: datetime) -> int:
    if row.tries < free:
        return 0
    pause = min(2 ** (row.tries - free + 1), _LONGEST_WAIT_S)
    passed = (now - row.tried_at).total_seconds()
    return max(0, int(pause - passed + 0.999))


def _in_words(seconds: int) -> str:
    if seconds < 60:
        text = (
            "Too many tries. Please wait %(n)s second.",
            "Too many tries. Please wait %(n)s seconds.",
        )
        return ngettext(*text, seconds)
    return ngettext(
        "Too many tries. Please wait %(n)s minute.",
        "Too many tries. Please wait %(n)s minutes.",
        -(-seconds // 60),
    )


def _network(address: str) -> str:
    """An IPv6 customer has a whole /64 to try from."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return address
    if isinstance(parsed, IPv6Address) and parsed.ipv4_mapped is None:
        return str(ip_network((parsed, 64), strict=False))
    return str(parsed)


def _key(*parts: str) -> str:
    return sha256("\0".join(parts).encode()).hexdigest()
