"""Who may look after a lead or an opportunity."""

from __future__ import annotations

from sqlalchemy import select

from core.security.models import User
from core.work import UnitOfWork


def colleagues(work: UnitOfWork) -> dict[str, str]:
    """By id."""
    people = select(User.id, User.name).where(User.active).order_by(User.name).limit(500)
    return {str(key): name for key, name in work.session.execute(people)}
