"""Forms on the company's own site that bring leads."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypedDict
from uuid import UUID

from sqlalchemy import select

from core.companies import fetch, home
from core.errors import Invalid, NotFound
from core.ids import new_secret
from core.security.models import User
from core.versions import check_version
from core.web.i18n import gettext as _
from core.work import UnitOfWork
from modules.sales.models import Lead, LeadForm
from modules.sales.rules.leads import LeadFields, LeadSource, utm_of
from modules.sales.services.leads import Origin, capture_lead

#: Letters of a form's address: nobody guesses one that was not put on a page.
_KEY = 22


class FormFields(TypedDict, total=False):
    title: str
    intro: str
    consent_text: str
    thanks: str
    owner_id: UUID | None
    active: bool


def add_form(work: UnitOfWork, fields: FormFields) -> LeadForm:
    form = LeadForm(company_id=home(work), key=new_secret()[:_KEY], **_checked(work, fields))
    work.session.add(form)
    work.session.flush()
    return form


def change_form(
    work: UnitOfWork, form_id: UUID, fields: FormFields, *, version: int | None = None
) -> LeadForm:
    form = fetch(work, LeadForm, form_id, lock=True)
    check_version(form, version)
    for name, value in _checked(work, fields).items():
        setattr(form, name, value)
    work.session.flush()
    return form


def public_form(work: UnitOfWork, key: str) -> LeadForm:
    """By the key in its address. Raise NotFound when there is none that takes answers now."""
    form = work.session.scalar(select(LeadForm).where(LeadForm.key == key, LeadForm.active))
    if form is None:
        raise NotFound(_("This form is not open."))
    return form


def answer_form(
    work: UnitOfWork, key: str, fields: LeadFields, *, given: Mapping[str, str], agreed: bool
) -> Lead:
    """``given`` is all the address and the form said, of which the campaign is kept."""
    form = public_form(work, key)
    return capture_lead(
        work,
        fields,
        Origin(
            source=LeadSource.FORM,
            form=form,
            utm=utm_of(given),
            consent_text=form.consent_text if agreed and form.consent_text else None,
        ),
    )


def _checked(work: UnitOfWork, fields: FormFields) -> FormFields:
    problems = {}
    if "title" in fields and not 0 < len(fields["title"].strip()) <= 200:
        problems["title"] = _("Write a title of at most 200 characters.")
    owner = fields.get("owner_id")
    if owner is not None and work.session.get(User, owner) is None:
        problems["owner_id"] = _("There is no such colleague.")
    if problems:
        raise Invalid(_("Please look at the marked fields."), fields=problems)
    return fields
