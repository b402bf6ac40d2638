"""``python -m core.demo.supervisor``: web server and worker of a demo, as ``tandem run`` has them.

Without the command line's own checks, and so in a quarter of the time.
"""

from __future__ import annotations

from core.config import load_settings
from core.serve import run

if __name__ == "__main__":
    run(load_settings())
