"""Programs that load pictures and follow links before a person has seen the mail."""

from __future__ import annotations

import re
from dataclasses import dataclass

#: Nobody opens a mail and finds its link within this time; scanners on the way do.
TOO_SOON_S = 3.0
#: Links of one mail followed together, and within how long.
AT_ONCE_S = 2.0
_PROGRAMS = re.compile(
    r"bot\b|crawl|spider|slurp|preview|scan|fetch|monitor|headless|phantom|python|curl|wget|"
    r"libwww|go-http|java/|okhttp|httpclient|apache-http|ruby|perl|node-fetch|axios|"
    r"barracuda|proofpoint|mimecast|safelinks|symantec|fireeye|trendmicro|forcepoint|"
    r"bitdefender|cloudmark|ironport|sophos|zscaler|urldefense|validator|linkcheck",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """A request as it came. ``purpose`` is what Sec-Purpose, Purpose and X-Moz say, joined."""

    method: str
    user_agent: str
    purpose: str
    #: Since the mail was handed over; None when that is not known.
    after_s: float | None


def machine(visit: Visit) -> str:
    """Why the visitor is taken for a program, in a word that is kept; '' for a person."""
    if visit.method != "GET":
        return "head"
    if re.search(r"prefetch|preview|prerender", visit.purpose, re.IGNORECASE):
        return "prefetch"
    if not visit.user_agent.strip():
        return "nameless"
    if _PROGRAMS.search(visit.user_agent):
        return "program"
    if visit.after_s is None or visit.after_s < TOO_SOON_S:
        return "too_soon"
    return ""
