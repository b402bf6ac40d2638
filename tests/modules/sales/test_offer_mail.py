"""A quotation goes out by mail with its PDF and a link; its paper shows every script or says so."""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import Decimal
from uuid import UUID

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from typst import Fonts

from core.actor import system
from core.errors import Invalid
from core.host import Host
from core.jobs.models import StoredJob
from core.mail.models import MailAttachment, PostedMail
from modules.sales.models import QuotationLink, QuotationVersion
from modules.sales.services.quotations.drafts import cancel_quotation, get_quotation
from modules.sales.services.quotations.mailing import post_offer
from modules.sales.services.quotations.paper import said_on_paper, set_paper
from modules.sales.services.quotations.sending import MAIL_JOB, Way, send_quotation
from modules.sales.services.quotations.wishes import OfferLine
from tests.modules.sales.quoting import drafted, wish_for

MakeProduct = Callable[..., UUID]
pytestmark = pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
BASE = "https://crm.example"


@pytest.fixture(autouse=True)
def products(make_product: MakeProduct) -> None:
    make_product("W001", "11.00", name="Bell")


def mailed(host: Host, customer: UUID) -> tuple[UUID, dict[str, str]]:
    """The version that was sent, and the arguments of the job that mails it."""
    key = drafted(host, wish_for(customer))
    way = Way(to="ada@customers.example", message="As we said.")
    with host.write(system()) as work:
        send_quotation(work, key, way, version=None)
        version = get_quotation(work, key)[1]
        jobs = work.session.scalars(select(StoredJob).where(StoredJob.name == MAIL_JOB)).all()
        return version.id, next(job.args for job in jobs if job.args["version"] == str(version.id))


def post(host: Host, version: UUID, message: str = "") -> None:
    with host.write(system()) as work:
        post_offer(work, version, base=BASE, sender="sales@tandem.example", message=message)


def test_the_mail_has_the_paper_and_a_link_that_opens(
    host: Host, customer: UUID, client: FlaskClient
) -> None:
    version, args = mailed(host, customer)
    for _try in range(2):  # a job runs at least once
        post(host, version, args["message"])
    with host.read(system()) as work:
        [mail] = work.session.scalars(select(PostedMail))
        [paper] = work.session.scalars(select(MailAttachment))
    assert mail.recipients == ["ada@customers.example"]
    assert "As we said." in mail.text
    assert paper.content.startswith(b"%PDF-1.7")
    assert re.fullmatch(r"QU-\d{4}-00001-1\.pdf", paper.name)
    [address] = re.findall(rf"{BASE}(/offers/\S+)", mail.text)
    assert client.get(address).status_code == 200
    token = address.removeprefix("/offers/")
    with host.read(system()) as work:
        hashes = work.session.scalars(select(QuotationLink.token_hash)).all()
        assert all(token not in one for one in hashes)
        assert work.session.scalars(select(QuotationLink.seen_at)).first() is not None


def test_an_offer_that_was_withdrawn_is_not_mailed(host: Host, customer: UUID) -> None:
    version, _args = mailed(host, customer)
    with host.write(system()) as work:
        cancel_quotation(work, work.session.get_one(QuotationVersion, version).quotation_id)
    post(host, version)
    with host.read(system()) as work:
        assert work.session.scalars(select(PostedMail)).all() == []


def test_what_is_no_address_is_refused(host: Host, customer: UUID) -> None:
    key = drafted(host, wish_for(customer))
    with pytest.raises(Invalid), host.write(system()) as work:
        send_quotation(work, key, Way(to="ada@x, eve@y"), version=None)


def test_no_character_is_ever_a_box(host: Host, customer: UUID) -> None:
    """With typst's own fonts alone Thai and Chinese stand as code points, and the paper says so."""
    text = "จักรยาน 自行车 Xe đạp Hà Nội"
    line = OfferLine(sku="W001", quantity=Decimal(1), text=text)
    key = drafted(host, wish_for(customer, line, terms="ส่งฟรี"))
    with host.read(system()) as work:
        said = said_on_paper(work, *get_quotation(work, key))
    bare = set_paper(said, Fonts(include_system_fonts=False))
    assert bare.unshown == set("จักรยาน自行车ส่งฟรี")
    assert set_paper({**said, "terms": "", "lines": []}).unshown == frozenset()
