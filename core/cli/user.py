"""``tandem user``: people who may sign in."""

from __future__ import annotations

import click
from sqlalchemy import select

from core.cli.opened import OPERATOR, opened
from core.cli.passwords import given_password
from core.companies import Company
from core.errors import NotFound
from core.security.accounts import Person, create_user, new_password_hash
from core.security.passwords import initial_password
from core.work import UnitOfWork


@click.group()
def user() -> None:
    """People who may sign in."""


@user.command()
@click.argument("email")
@click.option("--name", help="As others see them; the e-mail address if not given.")
@click.option("--role", "roles", multiple=True, help="May be given several times.")
@click.option("--company", "companies", multiple=True, help="Whose records they see; all if none.")
@click.option("--password-stdin", is_flag=True, help="Read the password from the first line.")
def add(
    *,
    email: str,
    name: str | None,
    roles: tuple[str, ...],
    companies: tuple[str, ...],
    password_stdin: bool,
) -> None:
    """Add a user. Without a password given, one is made and shown once."""
    given = given_password(from_stdin=password_stdin) if password_stdin else None
    password = initial_password() if given is None else given
    password_hash = new_password_hash(password, email)
    with opened() as host, host.write(OPERATOR) as work:
        found = _companies(work, companies)
        person = Person(
            email=email,
            name=name or email,
            roles=frozenset(roles),
            companies=frozenset(company.id for company in found),
            company_id=found[0].id if found else None,
        )
        create_user(work, person, password_hash)
    click.echo(f"{email} can sign in.")
    if given is None:
        click.echo(f"Initial password, shown once: {password}")


def _companies(work: UnitOfWork, names: tuple[str, ...]) -> list[Company]:
    statement = select(Company).order_by(Company.created_at, Company.id)
    if names:
        statement = statement.where(Company.name.in_(names))
    found = list(work.session.scalars(statement))
    if missing := sorted(set(names) - {company.name for company in found}):
        raise NotFound(f"There is no company {', '.join(missing)}.")
    return found
