"""The first minute of an installation: its company and its first administrator."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from hmac import compare_digest
from pathlib import Path
from uuid import UUID

from babel import Locale
from sqlalchemy import select

from core.actor import system
from core.companies import Company
from core.errors import Invalid, RuleBroken
from core.host import Host
from core.registry.models import Installation
from core.security.accounts import (
    ADMINISTRATOR,
    Person,
    create_user,
    has_users,
    new_password_hash,
)
from core.security.keys import create_private
from core.security.throttle import admit, counted
from core.web.i18n import gettext as _
from core.work import UnitOfWork

_WHO = system("set-up")
#: No letters or digits that look alike: people copy it from a terminal.
_ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
_GROUPS, _GROUP = 3, 4


class AlreadySetUp(RuleBroken):
    """There is somebody who can sign in."""

    code = "security.already_set_up"


@dataclass(frozen=True, slots=True, kw_only=True)
class FirstDay:
    """What the set-up page asks."""

    company: str
    currency: str
    name: str
    email: str
    password: str


def code_file(data_dir: Path) -> Path:
    return data_dir / "keys" / "setup.code"


def setup_code(data_dir: Path) -> str:
    """The one-time code that proves one can read the server's terminal or files.

    Asked of everybody: behind a proxy on the same machine a stranger looks like this machine.
    """
    groups = ["".join(secrets.choice(_ALPHABET) for _ in range(_GROUP)) for _ in range(_GROUPS)]
    path = code_file(data_dir)
    create_private(path, "-".join(groups))
    return path.read_text(encoding="ascii").strip()


def is_set_up(host: Host) -> bool:
    with host.read(_WHO) as work:
        return has_users(work)


def check_code(host: Host, code: str, address: str) -> None:
    """Raise Invalid for another code, TooMany for guessing."""
    with host.write(_WHO) as work:
        admit(work, counted("set-up", address))
    right = setup_code(host.settings.data_dir)
    if not compare_digest(code.strip().upper().encode(), right.encode()):
        problem = _("This is not the set-up code: it is in the server's log and data folder.")
        raise Invalid(problem, fields={"code": problem})


def set_up(host: Host, wish: FirstDay) -> UUID:
    """Make company and administrator in one transaction; answers the administrator's key.

    Raise Invalid with all that is wrong, AlreadySetUp when somebody was first.
    """
    problems = _problems(wish)
    password_hash = ""
    try:
        password_hash = new_password_hash(wish.password, wish.email)
    except Invalid as error:
        problems |= error.fields
    if problems:
        raise Invalid(" ".join(problems.values()), fields=problems)
    with host.write(_WHO) as work:
        user_id = _first(work, wish, password_hash)
    code_file(host.settings.data_dir).unlink(missing_ok=True)
    return user_id


def _first(work: UnitOfWork, wish: FirstDay, password_hash: str) -> UUID:
    # Two at once: the second waits here and finds the first's user.
    work.session.scalars(select(Installation).with_for_update()).one()
    if has_users(work):
        raise AlreadySetUp(_("Tandem is set up already. Please sign in."))
    company = Company(name=wish.company.strip(), currency=wish.currency.upper())
    work.session.add(company)
    work.session.flush()
    person = Person(
        email=wish.email,
        name=wish.name,
        roles=frozenset({ADMINISTRATOR}),
        companies=frozenset({company.id}),
        company_id=company.id,
    )
    return create_user(work, person, password_hash).id


def _problems(wish: FirstDay) -> dict[str, str]:
    problems: dict[str, str] = {}
    if not 0 < len(wish.company.strip()) <= 200:
        problems["company"] = _("Enter the company's name, at most 200 characters.")
    if wish.currency.upper() not in Locale("en").currencies:
        problems["currency"] = _("Enter a currency's three letters, like EUR.")
    return problems
