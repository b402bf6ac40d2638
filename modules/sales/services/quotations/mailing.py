"""The mail a quotation goes out with: its PDF, and a link to the page where it is accepted."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from core.companies import Company
from core.ids import new_id
from core.mail import Attachment, Mail, post
from core.web import formats
from core.web.i18n import gettext as _
from core.work import UnitOfWork
from modules.contacts.models import Party
from modules.sales.models import Quotation, QuotationVersion
from modules.sales.rules.quotations import QuotationState
from modules.sales.services.quotations.paper import keep_paper, said_on_paper, set_paper
from modules.sales.services.quotations.sending import make_link

PDF = "application/pdf"
#: Where customers see quotations; the secret follows.
OFFERS = "/offers/"


def read_offer(work: UnitOfWork, version_id: UUID) -> tuple[Quotation, QuotationVersion]:
    statement = select(QuotationVersion).where(QuotationVersion.id == version_id)
    version = work.session.scalars(statement.options(selectinload(QuotationVersion.lines))).one()
    return work.session.get_one(Quotation, version.quotation_id), version


def post_offer(work: UnitOfWork, version_id: UUID, *, base: str, sender: str, message: str) -> None:
    """Post the mail once. ``base`` is Tandem's own address, ``sender`` the installation's.

    Nothing goes out for an offer that was revised or cancelled before its mail was made.
    """
    quotation, version = read_offer(work, version_id)
    if version.state is not QuotationState.SENT or not version.sent_to:
        return
    paper = keep_paper(work, version, set_paper(said_on_paper(work, quotation, version)))
    address = f"{base.rstrip('/')}{OFFERS}{make_link(work, version)}"
    mail = Mail(
        id=new_id(),
        sender=sender,
        recipients=(version.sent_to,),
        subject=_("Quotation %(number)s", number=quotation.number),
        text=_words(work, quotation, version, address=address, message=message),
        attachments=(Attachment(name_of_file(quotation, version), PDF, paper.content),),
    )
    post(work, mail, key=f"sales.quotation:{version.id}", company_id=quotation.company_id)


def name_of_file(quotation: Quotation, version: QuotationVersion) -> str:
    return f"{quotation.number}-{version.revision}.pdf"


def _words(
    work: UnitOfWork,
    quotation: Quotation,
    version: QuotationVersion,
    *,
    address: str,
    message: str,
) -> str:
    customer = work.session.get_one(Party, quotation.customer_id)
    company = work.session.get_one(Company, quotation.company_id)
    total = formats.money(version.net + version.tax, quotation.currency)
    offered = _(
        "%(company)s offers you what stands in the attached quotation %(number)s, for %(total)s in"
        " all. It is valid until %(day)s.",
        company=company.name,
        number=quotation.number,
        total=total,
        day=formats.day(version.valid_until),
    )
    answer = _("See it, accept it or decline it here:")
    parts = [customer.name + ",", message, offered, f"{answer}\n{address}", company.name]
    return "\n\n".join(part for part in parts if part) + "\n"
