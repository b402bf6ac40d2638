"""Passwords: which are taken, and how they are kept."""

from __future__ import annotations

import secrets

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from core.errors import Invalid
from core.web.i18n import gettext as _

SHORTEST = 12
#: Longer ones only cost us time.
LONGEST = 200

#: Of initial passwords: nothing that looks like something else.
_ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"

#: About 0.1 s of one core and 32 MiB a try, above the minimum of OWASP's password storage page;
#: kept small enough for several sign-ins at once in one web worker.
_HASHER = PasswordHasher(time_cost=3, memory_cost=32 * 1024, parallelism=1)

#: Of a random password nobody knows: for e-mail addresses that nobody has, so that "no such user"
#: takes as long as "wrong password".
NOBODY = (
    "$argon2id$v=19$m=32768,t=3,p=1"
    "$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
)


def hashed(password: str) -> str:
    return _HASHER.hash(password)


def is_right(password: str, kept: str) -> bool:
    """Takes the same time whether right or wrong. Never call it inside a transaction."""
    try:
        return _HASHER.verify(kept, password[: LONGEST + 1])
    except (VerificationError, InvalidHashError):
        return False


def is_outdated(kept: str) -> bool:
    """True when it was hashed with other parameters than new ones are."""
    return _HASHER.check_needs_rehash(kept)


def check_password(password: str, email: str) -> None:
    """Raise Invalid, saying what is missing."""
    if len(password) < SHORTEST:
        problem = _("Use at least %(n)s characters; a few words are easy to remember.", n=SHORTEST)
    elif len(password) > LONGEST:
        problem = _("Use at most %(n)s characters.", n=LONGEST)
    elif password.casefold() in {email.casefold(), email.casefold().partition("@")[0]}:
        problem = _("The password can not be the e-mail address.")
    elif len(set(password)) < 5:
        problem = _("Use more than a few different characters.")
    else:
        return
    raise Invalid(problem, fields={"password": problem})


def initial_password() -> str:
    """Nearly 80 random bits in groups one can read out; its owner replaces it."""
    groups = ["".join(secrets.choice(_ALPHABET) for _ in range(4)) for _ in range(4)]
    return "-".join(groups)
