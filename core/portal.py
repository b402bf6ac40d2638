"""What modules show their customers: sections of the customer portal.

A module hangs a ``Section`` into its manifest and knows nothing of accounts and sign-in; the portal
knows nothing of orders and tickets. A section answers for one customer and nobody else: whatever
key it is asked for, what is not theirs is not there (NotFound).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from uuid import UUID

from werkzeug.datastructures import MultiDict

from core.work import UnitOfWork


@dataclass(frozen=True, slots=True, kw_only=True)
class Customer:
    """Who is signed in, for which party; ``address`` and ``browser`` are this request's."""

    account_id: UUID
    party_id: UUID
    company_id: UUID
    name: str
    email: str
    address: str = ""
    browser: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One line of a section's list; it leads to the record where it has a ``key``."""

    title: str
    key: UUID | None = None
    #: When, or what about, in a quiet voice.
    quiet: str = ""
    #: Chips, as HTML.
    states: str = ""
    amount: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Items:
    """``next`` is the cursor of the following page. ``above`` and ``below`` are pieces of HTML."""

    items: Sequence[Item]
    next: str | None = None
    above: str = ""
    below: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """One record as its customer sees it."""

    title: str
    body: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Download:
    name: str
    media_type: str
    content: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Typed:
    """A form that was sent, and what is wrong with it, for showing it again."""

    values: MultiDict[str, str]
    wrong: dict[str, str]


Lists = Callable[[Customer, str | None, Typed | None, UnitOfWork], Items]
Shows = Callable[[Customer, UUID, Typed | None, UnitOfWork], Sheet]
#: Does what the form asks and answers what to say. Raise Invalid with ``fields``, or RuleBroken.
Acts = Callable[[Customer, UUID | None, MultiDict[str, str], UnitOfWork], str]
Downloads = Callable[[Customer, UUID, UUID, UnitOfWork], Download]


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """``/portal/<name>/``. Without ``record`` items lead nowhere; without ``act`` it only shows."""

    name: str
    title: str
    icon: str
    #: What stands there before the first record.
    empty: str
    items: Lists
    record: Shows | None = None
    act: Acts | None = None
    download: Downloads | None = None
    order: int = 50
