"""A file beside the database that remembers how far this got: a restored one is behind it.

Copying a backup over the database changes neither host nor path. But the mark, which grows every
minute, is then lower than what the data folder saw before.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path

from core.ids import new_id

_FILE = "installation.json"


@dataclass(frozen=True, slots=True)
class Witness:
    id: str
    epoch: int
    mark: int

    def is_behind(self, seen: Witness | None) -> bool:
        """Whether more of the same installation was seen before."""
        if seen is None or seen.id != self.id:
            return False
        return (self.epoch, self.mark) < (seen.epoch, seen.mark)


def remembered(data_dir: Path) -> Witness | None:
    """None where nothing was written yet, or nothing that can be read."""
    try:
        found = json.loads((data_dir / _FILE).read_text("utf-8"))
        return Witness(str(found["id"]), int(found["epoch"]), int(found["mark"]))
    except (OSError, ValueError, KeyError, TypeError):
        return None


def remember(data_dir: Path, seen: Witness) -> None:
    """As a whole or not at all. A folder that can not be written remembers nothing."""
    unfinished = data_dir / f"{_FILE}.{new_id().hex}"
    try:
        unfinished.write_text(json.dumps(asdict(seen)), "utf-8")
        unfinished.replace(data_dir / _FILE)
    except OSError:
        unfinished.unlink(missing_ok=True)
