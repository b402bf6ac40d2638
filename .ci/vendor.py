"""Fetches what ``VENDORED.json`` names and records what arrived: ``python .ci/vendor.py``.

Needs ``npm`` on the developer's machine only; who installs Tandem gets the files. To take a newer
version, change ``version`` (and ``path``) in the list and run this.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
FOLDERS = (ROOT / "core/web/static/vendor", ROOT / "tests/vendor")

#: What an outline icon is drawn with; the package repeats it in every file.
_SYMBOL = (
    '<symbol id="{name}" viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="2" '
    'stroke-linecap="round" stroke-linejoin="round">{drawing}</symbol>'
)


def main() -> None:
    for folder in FOLDERS:
        listing = folder / "VENDORED.json"
        packages = json.loads(listing.read_text("utf-8"))
        for package in packages:
            fetch(package, folder)
        listing.write_text(json.dumps(packages, indent=2, ensure_ascii=False) + "\n", "utf-8")


def fetch(package: dict[str, Any], folder: Path) -> None:
    with tempfile.TemporaryDirectory() as scratch:
        unpacked = unpack(f"{package['package']}@{package['version']}", Path(scratch))
        for file in package["files"]:
            target = folder / file["path"]
            target.parent.mkdir(parents=True, exist_ok=True)
            if "icons" in file:
                target.write_text(sprite(unpacked / file["from"], file["icons"]), "utf-8")
            elif "from" in file:
                shutil.copyfile(unpacked / file["from"], target)
            file.update(fingerprints(target.read_bytes()))
    sys.stdout.write(f"{package['package']} {package['version']}\n")


def unpack(spec: str, scratch: Path) -> Path:
    packed = subprocess.run(  # noqa: S603 - the developer's own npm, the list's own names
        ["npm", "pack", "--silent", spec],  # noqa: S607 - wherever the developer has it
        cwd=scratch,
        check=True,
        capture_output=True,
        text=True,
    )
    with tarfile.open(scratch / packed.stdout.split()[-1]) as tarball:
        tarball.extractall(scratch, filter="data")
    return scratch / "package"


def sprite(drawings: Path, names: list[str]) -> str:
    symbols = [symbol(name, (drawings / f"{name}.svg").read_text("utf-8")) for name in names]
    return '<svg xmlns="http://www.w3.org/2000/svg">\n' + "\n".join(symbols) + "\n</svg>\n"


def symbol(name: str, svg: str) -> str:
    shapes = re.findall(r"<(?!svg|/svg)[^>]+>", svg)
    # The first shape of each is an invisible square that only fixes the size.
    visible = [shape for shape in shapes if 'stroke="none" d="M0 0h24v24H0z"' not in shape]
    return _SYMBOL.format(name=name, drawing="".join(visible))


def fingerprints(content: bytes) -> dict[str, str]:
    integrity = base64.b64encode(hashlib.sha384(content).digest()).decode()
    return {
        "sha256": hashlib.sha256(content).hexdigest(),
        "integrity": f"sha384-{integrity}",
    }


if __name__ == "__main__":
    main()
