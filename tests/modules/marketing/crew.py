"""Workers that send, forked from a process that has imported everything, for a storm to kill.

Reads lines on its stdin: ``start`` answers the process id. Started with a database's URL, the data
folder, the mail server's URL, and how long a worker's lease is.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

from core.compose import open_host
from core.config import Settings
from core.jobs.worker import Worker


def main() -> None:
    url, data_dir, smtp_url, lease_s = sys.argv[1:]
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # what is logged must not be taken for an answer
    for _line in sys.stdin:
        if (pid := os.fork()) == 0:
            work(url, Path(data_dir), smtp_url, float(lease_s))
            os._exit(0)
        answers.write(f"{pid}\n")
        answers.flush()


def work(url: str, data_dir: Path, smtp_url: str, lease_s: float) -> None:
    settings = Settings(
        data_dir=data_dir,
        database_url=url,
        smtp_url=smtp_url,
        mail_from="crm@example.com",
        public_url="https://crm.example.com",
        log_level="ERROR",
    )
    host = open_host(settings)
    Worker(host, threads=2, lease_s=lease_s).run()


if __name__ == "__main__":
    main()
