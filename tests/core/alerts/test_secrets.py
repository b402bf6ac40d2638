"""What is no secret of a webhook is said so beside its field."""

from __future__ import annotations

from flask.testing import FlaskClient

RULES = {"stopped_records": "1", "away_minutes": "5", "lag_minutes": "15", "version": "0"}


def test_a_secret_in_another_script_is_refused_at_its_field(browser_client: FlaskClient) -> None:
    for secret in ("whsec_пароль", "geheim", "whsec_AAAA"):
        answer = browser_client.post("/alerts/rules", data={**RULES, "webhook_secret": secret})
        assert (answer.status_code, "whsec_ and" in answer.text) == (422, True), secret
        assert secret not in answer.text
