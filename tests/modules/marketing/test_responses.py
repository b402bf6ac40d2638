"""What readers do: programs neither read nor unsubscribe, and one click is enough."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select, update

from core.clock import utcnow
from core.mail.jobs import send as send_posted
from core.mail.models import PostedMail
from core.sync.inline import InlineContext
from modules.marketing.models import Consent, ConsentEntry, Response, Send, Suppression
from modules.marketing.rules.states import (
    ConsentSource,
    ConsentState,
    Reason,
    SendState,
    SuppressionReason,
)
from modules.marketing.services.consents import Said
from modules.marketing.services.outcomes import take_reports
from modules.marketing.services.preferences import agree
from tests.core.mail.post_office import Office
from tests.modules.marketing.conftest import Market
from tests.modules.marketing.test_rules import FIREFOX, complaint, dsn

pytestmark = pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
PERSON = {"User-Agent": FIREFOX}
LINKS = "https://shop.example.com/one and https://shop.example.com/two"


def sent_long_ago(market: Market, post: Office) -> dict[str, str]:
    """A campaign went to Ada a while ago; the addresses in her mail by their letter."""
    campaign_id = market.campaign(LINKS)
    market.start(campaign_id)
    assert market.run() == []
    with market.host.write(market.actor) as work:
        ago = utcnow() - timedelta(hours=1)
        work.session.execute(update(Send).where(Send.sent_at.is_not(None)).values(sent_at=ago))
    _to, mail = post.mails[-1]
    body = mail.get_body(("html",))
    assert body is not None
    found = re.findall(r"https://crm\.example\.com(/m/(\w)/[^\"<]+)", body.get_content())
    return {letter if letter != "c" else f"c{n}": path for n, (path, letter) in enumerate(found)}


def the_send(market: Market) -> Send:
    with market.host.read(market.actor) as work:
        return work.session.scalars(select(Send).order_by(Send.id.desc())).all()[0]


def test_only_people_open_and_click(market: Market, post: Office, client: FlaskClient) -> None:
    market.person("Ada L")
    links = sent_long_ago(market, post)
    first, second = (path for name, path in links.items() if name.startswith("c"))
    for headers in ({"User-Agent": "Barracuda Sentinel"}, {**PERSON, "Sec-Purpose": "prefetch"}):
        assert client.get(links["o"], headers=headers).mimetype == "image/gif"
        assert client.get(first, headers=headers).status_code == 302
        assert client.get(links["u"], headers=headers).status_code == 200
    assert client.head(first, headers=PERSON).status_code == 302
    seen = the_send(market)
    assert (seen.opened_at, seen.clicked_at, seen.unsubscribed_at) == (None, None, None)

    with market.host.write(market.actor) as work:
        long_ago = utcnow() - timedelta(minutes=5)
        work.session.execute(update(Response).values(at=long_ago))
    answer = client.get(first, headers=PERSON)
    assert answer.location.startswith("https://shop.example.com/one?utm_source=tandem")
    assert client.get(second, headers=PERSON).status_code == 302
    seen = the_send(market)
    assert seen.opened_at is not None
    assert seen.clicked_at is not None
    with market.host.read(market.actor) as work:
        kinds = work.session.scalars(select(Response.machine).order_by(Response.id)).all()
    # The second link of one mail within two seconds is no reader's.
    assert (kinds.count(""), kinds[-1]) == (1, "all_at_once")


def test_one_click_needs_no_cookie_and_no_secret(
    market: Market, post: Office, client: FlaskClient
) -> None:
    ada = market.person("Ada L")
    links = sent_long_ago(market, post)
    one_click = {"List-Unsubscribe": "One-Click"}
    answer = client.post(links["u"], data=one_click, headers={"Origin": "https://mail.example"})
    assert answer.status_code == 200
    assert "unsubscribed" in answer.text
    client.post(links["u"], data=one_click)
    with market.host.read(market.actor) as work:
        entries = select(ConsentEntry).where(ConsentEntry.party_id == ada)
        said = work.session.scalars(entries.order_by(ConsentEntry.id)).all()
    assert [(one.state, one.source) for one in said] == [
        (ConsentState.GIVEN, ConsentSource.COLLEAGUE),
        (ConsentState.WITHDRAWN, ConsentSource.ONE_CLICK),
    ]
    following = market.campaign("Again")
    market.start(following)
    assert market.run() == []
    assert market.sends(following)["ada"].reason is Reason.NO_CONSENT


def test_everything_or_exactly_what_is_chosen(
    market: Market, post: Office, client: FlaskClient
) -> None:
    market.person("Ada L")
    links = sent_long_ago(market, post)
    client.post(links["u"], data={"what": "everything"})
    with market.host.read(market.actor) as work:
        kept = work.session.scalars(select(Suppression)).one()
        assert (kept.address, kept.reason) == ("ada@example.com", SuppressionReason.UNSUBSCRIBED)
    answer = client.post(links["p"], data={"purpose": str(market.purpose_id)})
    assert "Saved" in answer.text
    with market.host.read(market.actor) as work:
        assert work.session.scalars(select(Suppression)).all() == []
        now = work.session.scalars(select(Consent)).one()
        assert (now.state, now.address) == (ConsentState.GIVEN, "ada@example.com")


def test_a_forged_or_foreign_token_opens_nothing(
    market: Market, post: Office, client: FlaskClient
) -> None:
    market.person("Ada L")
    links = sent_long_ago(market, post)
    token = links["u"].rpartition("/")[2]
    for address in (f"/m/p/{token}", f"/m/d/{token}", f"/m/c/{token}", "/m/u/AAAA"):
        assert client.get(address).status_code == 404
    assert client.post("/m/u/AAAA").status_code == 404
    assert the_send(market).unsubscribed_at is None


def test_double_opt_in_counts_when_the_button_is_pressed(
    market: Market, post: Office, client: FlaskClient
) -> None:
    ada = market.person("Ada L", agrees=False)
    with market.host.write(market.actor) as work:
        said = Said(
            party_id=ada,
            purpose_id=market.purpose_id,
            state=ConsentState.GIVEN,
            source=ConsentSource.API,
        )
        assert agree(work, said).state is ConsentState.REQUESTED
    assert market.run() == []
    with market.host.read(market.actor) as work:
        mail_id = work.session.scalars(select(PostedMail.id)).one()
    send_posted(InlineContext(market.host, market.actor), {"mail": str(mail_id)})
    body = post.mails[-1][1].get_body(("plain",))
    assert body is not None
    [path] = re.findall(r"https://crm\.example\.com(/m/d/\S+)", body.get_content())

    def stands() -> ConsentState:
        with market.host.read(market.actor) as work:
            return work.session.scalars(select(Consent.state)).one()

    assert "Send me news by mail" in client.get(path).text
    assert stands() is ConsentState.REQUESTED  # a scanner that follows the link confirms nothing
    assert "Confirmed" in client.post(path).text
    assert stands() is ConsentState.GIVEN
    market.says(ada, ConsentState.WITHDRAWN)
    client.post(path)
    assert stands() is ConsentState.WITHDRAWN  # an old mail gives nothing back


def test_bounces_and_complaints_end_an_address(market: Market, post: Office) -> None:
    market.person("Ada L")
    sent_long_ago(market, post)
    message_id = str(post.mails[-1][1]["Message-ID"])
    with market.host.write(market.actor) as work:
        assert take_reports(work, dsn(status="5.2.2", message_id=message_id)) == 1
        assert take_reports(work, dsn(status="5.2.2", message_id=message_id)) == 0
    assert the_send(market).state is SendState.BOUNCED
    with market.host.read(market.actor) as work:
        assert work.session.scalars(select(Suppression)).all() == []  # soft, and the first
    sent_long_ago(market, post)
    with market.host.write(market.actor) as work:
        # The report names no mail of ours: the latest to that address is meant.
        assert take_reports(work, dsn(message_id="<else@example.com>")) == 1
        assert take_reports(work, complaint()) == 0  # of a mail we do not know
    with market.host.read(market.actor) as work:
        assert work.session.scalars(select(Suppression.reason)).all() == [
            SuppressionReason.HARD_BOUNCE
        ]
