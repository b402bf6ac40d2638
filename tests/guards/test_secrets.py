"""No secret stands in a file that is tracked; what looks like one is here with its reason."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

ROOT = Path(__file__).parents[2]
#: What secrets look like whose makers gave them a mark, and what people call theirs.
_MARKS = {
    "private key": r"-----BEGIN (?:[A-Z]+ )*PRIVATE KEY-----",
    "AWS key": r"\b(?:AKIA|ASIA)[0-9A-Z]{16}\b",
    "GitHub token": r"\bgh[pousr]_[0-9A-Za-z]{36,}\b|\bgithub_pat_[0-9A-Za-z_]{60,}\b",
    "GitLab token": r"\bglpat-[0-9A-Za-z_-]{20,}",
    "Slack token": r"\bxox[abprs]-[0-9A-Za-z-]{10,}",
    "Stripe key": r"\b[rs]k_live_[0-9A-Za-z]{20,}",
    "Google key": r"\bAIza[0-9A-Za-z_-]{35}\b",
    "token of ours": r"\btdm_[0-9A-Za-z_-]{30,}",
    "webhook secret": r"\bwhsec_[0-9A-Za-z+/]{24,}",
    "JSON web token": r"\beyJ[0-9A-Za-z_-]{15,}\.eyJ[0-9A-Za-z_-]{15,}\.[0-9A-Za-z_-]{10,}",
    "Fernet key": r"(?<![\w+/-])(?=\w*[0-9])(?=\w*[A-Z])[\w-]{43}=(?![\w=])",
    "address with a password": r"\b[a-z][a-z0-9+.-]*://[^\s/:@{}'\"]+:[^\s/:@{}'\"]{6,}@",
}
#: (file, beginning of what is found) and why it opens nothing.
_KNOWN = {
    ("README.md", "smtp://user:password@"): "says how it is written",
    ("core/config.py", "smtp://user:password@"): "says how it is written",
    ("tests/connectors/dolibarr/test_dolibarr_settings.py", "https://crm:secret@"): "is refused",
    ("tests/connectors/tryton/test_tryton_settings.py", "https://crm:hunter2@"): "is refused",
    ("tests/core/alerts/conftest.py", "whsec_MfKQ9r8G"): "of the tests' own receiver",
    ("tests/core/sync/pages/test_alarm_in_chromium.py", "whsec_MfKQ9r8G"): "the same",
}


def tracked() -> list[Path]:
    """Text files; pictures and archives are looked at by whoever adds them."""
    listed = subprocess.run(
        ["git", "ls-files", "-z"],
        cwd=ROOT, capture_output=True, check=True,
    ).stdout  # fmt: skip
    names = listed.decode().split("\0")
    found = [ROOT / name for name in names if name and (ROOT / name).is_file()]
    return [path for path in found if path != Path(__file__)]  # it names what it lets pass


def looks_secret(text: str) -> list[tuple[str, str]]:
    return [
        (what, match.group(0)) for what, mark in _MARKS.items() for match in re.finditer(mark, text)
    ]


def test_no_tracked_file_holds_a_secret() -> None:
    found = [
        (str(path.relative_to(ROOT)), what, secret)
        for path in tracked()
        if b"\0" not in (content := path.read_bytes())
        for what, secret in looks_secret(content.decode(errors="replace"))
    ]
    unknown = [
        (name, what, f"{secret[:12]}...")
        for name, what, secret in found
        if not any(name == file and secret.startswith(start) for file, start in _KNOWN)
    ]
    assert unknown == []
    # What is no longer there needs no exception.
    assert all(
        any(name == file and secret.startswith(start) for name, _what, secret in found)
        for file, start in _KNOWN
    )


def test_the_scan_finds_what_it_looks_for() -> None:
    samples = (
        "-----BEGIN RSA " + "PRIVATE KEY-----",
        "AKIA" + "A" * 16,
        "tdm_" + "x" * 43,
        "whsec_" + "x" * 32,
        "postgresql://ada:" + "secret-word@db.example/tandem",
        "KEY=A1" + "x" * 41 + "=",
    )
    assert [sample for sample in samples if not looks_secret(sample)] == []
