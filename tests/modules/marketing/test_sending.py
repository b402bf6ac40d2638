"""A campaign goes to everybody it may go to, once, and says of the others why not."""

from __future__ import annotations

import pytest
from sqlalchemy import update

from modules.marketing.models import Send
from modules.marketing.rules.states import (
    CampaignState,
    ConsentState,
    Reason,
    SendState,
    SuppressionReason,
)
from modules.marketing.services import campaigns
from modules.marketing.services.suppressions import suppress
from tests.core.mail.post_office import LOST, Office
from tests.modules.marketing.conftest import Market

TEXT = "Dear {{ first_name | default('friend') }},\n\nsee https://shop.example.com/spring."


def test_each_permitted_person_gets_it_once_and_the_others_have_a_reason(
    market: Market, post: Office
) -> None:
    for name in ("Ada L", "Ben M", "Cleo N", "Dora O", "Eve P"):
        market.person(name, agrees=name != "Ben M", mail=name != "Cleo N")
    with market.host.write(market.actor) as work:
        suppress(work, "dora@example.com", SuppressionReason.COMPLAINT)
    campaign_id = market.campaign(TEXT)
    market.start(campaign_id)
    market.says(market.people["eve"], ConsentState.WITHDRAWN)
    assert market.run() == []
    found = {name: (send.state, send.reason) for name, send in market.sends(campaign_id).items()}
    assert found == {
        "ada": (SendState.SENT, None),
        "ben": (SendState.SUPPRESSED, Reason.NO_CONSENT),
        "cleo": (SendState.SUPPRESSED, Reason.NO_ADDRESS),
        "dora": (SendState.SUPPRESSED, Reason.SUPPRESSED),
        "eve": (SendState.SUPPRESSED, Reason.NO_CONSENT),
    }
    assert market.kept(campaign_id).state is CampaignState.COMPLETED
    [(to, mail)] = post.mails
    assert to == ("ada@example.com",)
    body = mail.get_body(("plain",))
    assert body is not None
    assert "Dear Ada," in body.get_content()
    assert "https://crm.example.com/m/c/" in body.get_content()
    assert "shop.example.com" not in body.get_content()
    assert str(mail["List-Unsubscribe"]).startswith("<https://crm.example.com/m/u/")
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_refusals_greylisting_and_doubt_end_each_in_its_own_way(
    market: Market, post: Office
) -> None:
    for name in ("Ada L", "Ben M", "Cleo N", "Dora O", "Eve P"):
        market.person(name)
    said = {
        "ben@example.com": "550 5.1.1 no such user",
        "cleo@example.com": "451 4.7.1 greylisted",
        "dora@example.com": "550 5.7.1 blocked",
    }
    post.to_recipient = said.get
    campaign_id = market.campaign(TEXT)
    market.start(campaign_id)
    post.to_mail = {"eve@example.com": LOST}.get
    assert market.run() == []
    sends = market.sends(campaign_id)
    assert {name: send.state for name, send in sends.items()} == {
        "ada": SendState.SENT,
        "ben": SendState.BOUNCED,
        "cleo": SendState.QUEUED,
        "dora": SendState.REFUSED,
        "eve": SendState.IN_DOUBT,
    }
    assert market.kept(campaign_id).state is CampaignState.RUNNING
    said.clear()
    post.to_mail = lambda _to: None
    with market.host.write(market.actor) as work:
        work.session.execute(update(Send).values(due_at=sends["ada"].due_at))
        campaigns.send_on(work, market.kept(campaign_id))
    assert market.run() == []
    assert market.sends(campaign_id)["cleo"].state is SendState.SENT
    assert market.kept(campaign_id).state is CampaignState.COMPLETED
    assert sorted(to[0] for to, _mail in post.mails) == [
        "ada@example.com",
        "cleo@example.com",
        "eve@example.com",
    ]
