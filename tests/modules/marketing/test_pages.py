"""Every page of marketing answers, also while there is nothing to show."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient

from modules.marketing.models import Message
from modules.marketing.rules.states import StepKind
from modules.marketing.services import campaigns, journeys
from tests.modules.marketing.conftest import Market

pytestmark = pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
HEADERS = {"Accept": "text/html"}


def see(client: FlaskClient, address: str) -> str:
    answer = client.get(address, headers=HEADERS)
    assert answer.status_code == 200, (address, answer.status_code, answer.text[:500])
    return answer.text


@pytest.mark.parametrize(
    "address",
    ["", "sends/", "journeys/", "enrolments/", "segments/", "suppressions/", "setup", "policy"],
)
def test_empty_pages_say_what_they_are_for(browser_client: FlaskClient, address: str) -> None:
    assert "<h1" in see(browser_client, f"/marketing/{address}")


def test_pages_of_records(market: Market, browser_client: FlaskClient) -> None:
    ada = market.person("Ada Lovelace")
    campaign_id = market.campaign("Dear {{ first_name }}", "Hello")
    with market.host.read(market.actor) as work:
        message: Message = campaigns.messages(work, campaign_id)[0]
        segment_id = market.kept(campaign_id).segment_id
    for address in (
        f"campaigns/{campaign_id}",
        "campaigns/new",
        f"campaigns/{campaign_id}/edit",
        f"messages/{message.id}/edit",
        f"messages/{message.id}/preview?party_id={ada}",
        f"segments/{segment_id}?party_id={ada}&q=Ada",
        f"segments/{segment_id}/edit",
        "segments/new",
        "purposes/new",
        f"purposes/{market.purpose_id}/edit",
        "suppressions/new",
        f"parties/{ada}/consents",
        f"parties/{ada}/consents/new",
        "journeys/new",
    ):
        see(browser_client, f"/marketing/{address}")
    assert "Dear Ada" in see(browser_client, f"/marketing/messages/{message.id}/preview")
    market.start(campaign_id)
    assert "Spring" in see(browser_client, "/")
    market.run()
    assert "Results" in see(browser_client, f"/marketing/campaigns/{campaign_id}")
    assert "Spring" in see(browser_client, f"/contacts/{ada}")


def test_pages_of_a_journey(market: Market, browser_client: FlaskClient) -> None:
    values = {
        "name": "Welcome",
        "purpose_id": market.purpose_id,
        "segment_id": market.segment(),
        "goal_id": None,
        "again_after_days": 0,
    }
    with market.host.write(market.actor) as work:
        journey_id = journeys.make_journey(work, values).id
        journeys.add_step(work, journey_id, StepKind.WAIT, {"hours": 2})
    see(browser_client, f"/marketing/journeys/{journey_id}/edit")
    for kind in ("wait", "condition", "message", "contacts.plan_activity", "loyalty.grant_points"):
        see(browser_client, f"/marketing/journeys/{journey_id}/steps/{kind}")
    posted = {"kind": "call", "summary": "Call them", "in_days": "3"}
    answer = browser_client.post(
        f"/marketing/journeys/{journey_id}/steps/contacts.plan_activity", data=posted
    )
    assert answer.status_code == 303, answer.text
    text = see(browser_client, f"/marketing/journeys/{journey_id}")
    assert "Wait 2 hours" in text
    assert "Call them" in text
