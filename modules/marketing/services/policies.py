"""Purposes and the company's policy: set up once, changed with a version."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import select

from core.companies import fetch, home
from core.errors import Stale
from core.versions import check_version
from core.web.i18n import gettext as _
from core.work import UnitOfWork
from modules.marketing.models import Policy, Purpose
from modules.marketing.rules.windows import zone
from modules.marketing.services.permitted import policy_of


def make_purpose(work: UnitOfWork, values: Mapping[str, Any]) -> Purpose:
    purpose = Purpose(company_id=home(work), key=_key(work, values["title"]), **values)
    work.session.add(purpose)
    work.session.flush()
    return purpose


def change_purpose(
    work: UnitOfWork, purpose_id: UUID, values: Mapping[str, Any], *, version: int | None
) -> Purpose:
    """Another wording is another version: what people agreed to before stays as they read it."""
    purpose = fetch(work, Purpose, purpose_id, lock=True)
    check_version(purpose, version)
    if values["wording"] != purpose.wording:
        purpose.wording_version += 1
    for name, value in values.items():
        setattr(purpose, name, value)
    work.session.flush()
    return purpose


def change_policy(work: UnitOfWork, values: Mapping[str, Any], *, version: int) -> Policy:
    """``version`` is what the form showed; 0 before the first change. Raise Invalid, Stale."""
    zone(values["zone"])
    policy = policy_of(work, home(work))
    if policy.version != version:
        raise Stale(_("Somebody else saved this record in the meantime."))
    if not policy.version:
        policy = Policy(company_id=policy.company_id)
        work.session.add(policy)
    for name, value in values.items():
        setattr(policy, name, value)
    work.session.flush()
    return policy


def _key(work: UnitOfWork, title: str) -> str:
    plain = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode().lower()
    base = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:40] or "purpose"
    own = select(Purpose.key).where(Purpose.company_id == home(work))
    taken = set(work.session.scalars(own))
    names = (base, *(f"{base}-{number}" for number in range(2, len(taken) + 3)))
    return next(name for name in names if name not in taken)
