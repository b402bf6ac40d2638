"""Who does something: a person, a token, a job, or the system itself."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from core.errors import Forbidden

#: Held by the system and by administrators.
EVERYTHING = "*"


class ActorKind(StrEnum):
    USER = "user"
    TOKEN = "token"  # noqa: S105 - a kind of actor, not a secret
    SYSTEM = "system"


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """``companies`` None means all. ``company`` is where new records go.

    ``withheld`` are permissions over the whole installation: who sees some of its companies only
    does not hold them, whatever their roles say.
    """

    kind: ActorKind
    name: str
    id: UUID | None = None
    permissions: frozenset[str] = frozenset()
    withheld: frozenset[str] = frozenset()
    companies: frozenset[UUID] | None = frozenset()
    company: UUID | None = None

    def may(self, permission: str) -> bool:
        given = permission in self.permissions or EVERYTHING in self.permissions
        return given and permission not in self.withheld

    def require(self, permission: str) -> None:
        if permission in self.withheld:
            raise Forbidden(
                f"{permission} is about the whole installation: this needs somebody who sees all of"
                " its companies."
            )
        if not self.may(permission):
            raise Forbidden(f"This needs the permission {permission}.")


def system(name: str = "system", *, company: UUID | None = None) -> Actor:
    """The host itself, in a job or a command: sees all, may all."""
    return Actor(
        kind=ActorKind.SYSTEM,
        name=name,
        permissions=frozenset({EVERYTHING}),
        companies=None,
        company=company,
    )
