"""Which media carry alerts here, and how one message is sent by each."""

from __future__ import annotations

from core.alerts.mail import send_mail
from core.alerts.models import Alert, AlertRules, Cause, Medium, Notice, Occasion
from core.alerts.webhook import Event, send_event
from core.clock import utcnow
from core.config import Settings
from core.ids import new_id
from core.security.vault import open_vault
from core.web.i18n import gettext as _
from core.web.i18n import lazy

CAUSES = {
    Cause.LAG: lazy("Not read for too long"),
    Cause.STOPPED: lazy("Stopped records"),
    Cause.DRIFT: lazy("Both sides differ"),
    Cause.AWAY: lazy("The ERP does not answer"),
    Cause.BLOCKED: lazy("The ERP asks for a long wait"),
    Cause.CREDENTIALS: lazy("Credentials refused"),
    Cause.HELD: lazy("Held until somebody decides"),
    Cause.PLAN: lazy("A plan waits for a decision"),
}
_SUBJECTS = {
    Occasion.BEGAN: lazy("%(cause)s"),
    Occasion.REMINDER: lazy("Still: %(cause)s"),
    Occasion.ENDED: lazy("Over: %(cause)s"),
}


def wanted_media(rules: AlertRules) -> list[Medium]:
    wanted = {Medium.MAIL: rules.recipients, Medium.WEBHOOK: rules.webhook_url}
    return [medium for medium, to in wanted.items() if to]


def deliver(settings: Settings, rules: AlertRules, *, notice: Notice, alert: Alert) -> None:
    """Talks to the outside, and raises what goes wrong there. A medium nobody wants is left out."""
    if notice.medium not in wanted_media(rules):
        return
    address = settings.public_url.rstrip("/") + alert.path if alert.path else settings.public_url
    if notice.medium is Medium.WEBHOOK:
        data = {
            "id": str(alert.id), "cause": alert.cause.value, "words": alert.words,
            "address": address, "began_at": alert.began_at, "ended_at": alert.ended_at,
        }  # fmt: skip
        _post(settings, rules, Event(notice.id, f"alert.{notice.occasion}", notice.made_at, data))
        return
    subject = _(_SUBJECTS[notice.occasion], cause=_(CAUSES[alert.cause]))
    lines = [alert.words, address, _("Since %(time)s UTC", time=f"{alert.began_at:%Y-%m-%d %H:%M}")]
    text = "\n\n".join(filter(None, lines))
    to = [str(address) for address in rules.recipients]
    send_mail(settings, notice.id, to=to, subject=f"Tandem: {subject}", text=text)


def try_out(settings: Settings, rules: AlertRules) -> list[Medium]:
    """Send a message that says it is a test; answers by which media. Raises what went wrong."""
    words = _("This is a test: alerts of Tandem reach you.")
    media = wanted_media(rules)
    if Medium.MAIL in media:
        to, subject = (
            [str(address) for address in rules.recipients],
            _("Tandem: test of the alerts"),
        )
        send_mail(settings, new_id(), to=to, subject=subject, text=words)
    if Medium.WEBHOOK in media:
        _post(settings, rules, Event(new_id(), "alert.test", utcnow(), {"words": words}))
    return media


def _post(settings: Settings, rules: AlertRules, event: Event) -> None:
    secret = open_vault(settings.data_dir).open(rules.sealed) if rules.sealed else ""
    send_event(rules.webhook_url, secret, event, allowed=settings.egress)
