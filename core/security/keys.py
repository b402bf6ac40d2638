"""Key files: secrets that are kept beside the database and never in it.

One key per line, the newest first. New work uses the first; what was made with the others still
opens, so a key is rotated by putting a new line on top.
"""

from __future__ import annotations

import os
from pathlib import Path

from cryptography.fernet import Fernet

from core.errors import CrmError


class KeyMissing(CrmError):
    """A key file is not there, can not be read, or holds no key."""

    code = "security.key_missing"


def connection_keys(data_dir: Path) -> Path:
    """Where the keys are that seal the secrets of connections."""
    return data_dir / "keys" / "connections.key"


def session_keys(data_dir: Path) -> Path:
    """Where the keys are that sign the browser's cookie."""
    return data_dir / "keys" / "session.key"


def create_key(path: Path) -> bool:
    """Make the file with a new key, readable by its owner alone; False when it was there."""
    return create_private(path, Fernet.generate_key().decode())


def create_keys(data_dir: Path) -> list[Path]:
    """Make what is missing of the key files; answers those that were made."""
    return [
        path for path in (connection_keys(data_dir), session_keys(data_dir)) if create_key(path)
    ]


def create_private(path: Path, text: str) -> bool:
    """Write a file only its owner can read; False when there is one already."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return False
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(text + "\n")
    return True


def read_keys(path: Path) -> list[str]:
    """The keys, newest first. Raise KeyMissing, naming the file."""
    try:
        lines = path.read_text(encoding="ascii").split()
    except FileNotFoundError as error:
        raise KeyMissing(
            f"The key file {path} is missing. Put it back from where keys are kept, or run"
            " tandem init for a new one; what was sealed with the old one is then lost."
        ) from error
    except (OSError, UnicodeDecodeError) as error:
        raise KeyMissing(f"The key file {path} can not be read: {error}") from error
    if not lines:
        raise KeyMissing(f"The key file {path} is empty.")
    return lines
