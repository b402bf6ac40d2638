"""Secrets at rest: what opens, what does not, and what is said then."""

from __future__ import annotations

from pathlib import Path

import pytest
from cryptography.fernet import Fernet

from core.security.keys import KeyMissing, connection_keys, create_key, create_keys, session_keys
from core.security.vault import Unsealable, Vault, key_id, open_vault


@pytest.fixture
def vault(tmp_path: Path) -> Vault:
    create_keys(tmp_path)
    return open_vault(tmp_path)


def test_what_is_sealed_opens_and_does_not_show(vault: Vault) -> None:
    sealed = vault.seal("s3cret-pässwort")
    assert "s3cret" not in sealed
    assert vault.open(sealed) == "s3cret-pässwort"
    assert vault.seal("s3cret-pässwort") != sealed


def test_the_key_files_are_private_and_never_replaced(tmp_path: Path) -> None:
    made = create_keys(tmp_path)
    assert made == [connection_keys(tmp_path), session_keys(tmp_path)]
    assert [path.stat().st_mode & 0o777 for path in made] == [0o600, 0o600]
    before = [path.read_text() for path in made]
    assert create_keys(tmp_path) == []
    assert [path.read_text() for path in made] == before


@pytest.mark.parametrize("place", [0, 3, 12, 40, -1])
def test_a_changed_text_does_not_open(vault: Vault, place: int) -> None:
    sealed = vault.seal("s3cret")
    changed = list(sealed)
    changed[place] = "A" if changed[place] != "A" else "B"
    with pytest.raises(Unsealable):
        vault.open("".join(changed))


@pytest.mark.parametrize("text", ["", "s3cret", "v1", "v1.", "v1.abc", "v2.abc.def", "v1..x"])
def test_what_was_never_sealed_does_not_open(vault: Vault, text: str) -> None:
    with pytest.raises(Unsealable):
        vault.open(text)


def test_a_missing_key_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(KeyMissing, match=r"connections\.key is missing.*tandem init"):
        open_vault(tmp_path)


@pytest.mark.parametrize(("content", "says"), [("\n", "empty"), ("short\n", "not a key")])
def test_a_broken_key_file_is_named(tmp_path: Path, content: str, says: str) -> None:
    path = connection_keys(tmp_path)
    path.parent.mkdir()
    path.write_text(content)
    with pytest.raises(KeyMissing, match=says):
        open_vault(tmp_path)


def test_the_wrong_key_is_told_by_its_name(vault: Vault, tmp_path: Path) -> None:
    sealed = vault.seal("s3cret")
    old = connection_keys(tmp_path).read_text().strip()
    connection_keys(tmp_path).unlink()
    create_key(connection_keys(tmp_path))
    with pytest.raises(Unsealable, match=key_id(old)):
        open_vault(tmp_path).open(sealed)


def test_a_key_is_rotated_by_a_new_line_on_top() -> None:
    old, new = Fernet.generate_key().decode(), Fernet.generate_key().decode()
    sealed = Vault([old]).seal("s3cret")
    both = Vault([new, old])
    assert both.open(sealed) == "s3cret"
    assert Vault([new]).open(both.seal("s3cret")) == "s3cret"
