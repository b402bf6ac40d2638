"""``tandem token``: ways in for programs."""

from __future__ import annotations

from datetime import timedelta

import click
from sqlalchemy import select

from core.actor import EVERYTHING
from core.cli.opened import OPERATOR, opened
from core.clock import utcnow
from core.errors import NotFound
from core.security.accounts import folded
from core.security.models import User
from core.security.tokens import TokenWish, create_token


@click.group()
def token() -> None:
    """Ways in for programs."""


@token.command()
@click.argument("email")
@click.option("--name", required=True, help="What it is for.")
@click.option("--scope", "scopes", multiple=True, help="A permission; all of the user's if none.")
@click.option("--days", type=click.IntRange(1, 3650), help="Until it expires; never if not given.")
def create(*, email: str, name: str, scopes: tuple[str, ...], days: int | None) -> None:
    """Make a token for the user with this e-mail address; stdout gets the token alone."""
    wish = TokenWish(
        name=name,
        scopes=frozenset(scopes or {EVERYTHING}),
        expires_at=utcnow() + timedelta(days=days) if days else None,
    )
    with opened() as host, host.write(OPERATOR) as work:
        chosen = select(User.id).where(User.email == folded(email), User.active)
        user_id = work.session.scalar(chosen)
        if user_id is None:
            raise NotFound(f"There is no active user {email}.")
        _made, secret = create_token(work, user_id, wish)
    click.echo("Shown once, so keep it now:", err=True)
    click.echo(secret)
