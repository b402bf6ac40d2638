"""The secrets of connections: sealed at rest with a key that is not in the database."""

from __future__ import annotations

from collections.abc import Iterable
from hashlib import sha256
from pathlib import Path

from cryptography.fernet import Fernet, InvalidToken

from core.errors import CrmError
from core.security.keys import KeyMissing, connection_keys, read_keys

_FORM = "v1"


class Unsealable(CrmError):
    """The sealed text was changed, or its key is not among ours."""

    code = "security.unsealable"


class Vault:
    """Seals text as ``v1.<key id>.<Fernet token>``: authenticated, and naming its key."""

    def __init__(self, keys: Iterable[str]) -> None:
        self._keys = {key_id(key): _cipher(key) for key in keys}

    def seal(self, text: str) -> str:
        name, cipher = next(iter(self._keys.items()))
        return f"{_FORM}.{name}.{cipher.encrypt(text.encode()).decode()}"

    def open(self, sealed: str) -> str:
        """Raise Unsealable, naming the key that is needed."""
        form, _, rest = sealed.partition(".")
        name, _, token = rest.partition(".")
        if form != _FORM or not token:
            raise Unsealable("This is not a sealed secret.")
        if name not in self._keys:
            raise Unsealable(
                f"The secret was sealed with the key {name}, which is not in the key file."
                " Put that key back, or enter the secret again."
            )
        try:
            return self._keys[name].decrypt(token.encode()).decode()
        except InvalidToken as error:
            raise Unsealable("The sealed secret was changed; enter the secret again.") from error


def open_vault(data_dir: Path) -> Vault:
    """The vault on the key file in ``data_dir``. Raise KeyMissing."""
    return Vault(read_keys(connection_keys(data_dir)))


def key_id(key: str) -> str:
    return sha256(key.encode()).hexdigest()[:8]


def _cipher(key: str) -> Fernet:
    try:
        return Fernet(key)
    except ValueError as error:
        raise KeyMissing("A line of the key file is not a key.") from error
