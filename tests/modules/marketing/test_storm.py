"""Five hundred people, a mail server with moods and workers that are killed: each at most once."""

from __future__ import annotations

from uuid import UUID

import pytest

from core.config import Settings
from core.host import Host
from tests.core.mail.post_office import Office
from tests.modules.marketing.storm import Storm, crew

pytestmark = pytest.mark.parametrize("backend", ["postgresql"], indirect=True)


def test_each_permitted_person_gets_it_at_most_once_whatever_is_killed(
    host: Host, company: UUID, settings: Settings, post: Office
) -> None:
    storm = Storm(host, post, number=500, kill_every=90)
    post.to_recipient, post.to_mail = storm.answer_recipient, storm.answer_mail
    campaign_id = storm.gather(company)
    with crew(settings) as start:
        storm.rage(campaign_id, start)
    outcomes = storm.check(campaign_id)
    assert storm.kills >= 5
    assert outcomes["sent"] >= 400 - storm.kills
