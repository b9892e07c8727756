"""Read one file in a process of its own: ``python -m geo.watch.publish.worker PATH NAME``.

Little memory, little time, no network needed. Each line of its output is one JSON object:
``{"done": 3, "of": 40}`` while it works, then ``{"text": …}`` or ``{"refused": key, "values": …}``.
"""

from __future__ import annotations

import json
import logging
import os
import resource
import sys
from dataclasses import asdict
from pathlib import Path

from geo.watch.publish.text_extraction import ReportRejected, read

MEMORY, SECONDS = 1_200 * 2**20, 60


def main(path: str, name: str) -> None:
    """Extract the text of the file and write progress and result as JSON lines."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    logging.disable(logging.CRITICAL)
    out = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)  # whatever a library prints is no result

    def say(**content: object) -> None:
        out.write(json.dumps(content) + "\n")
        out.flush()

    try:
        text = read(Path(path).read_bytes(), name, lambda done, of: say(done=done, of=of))
        say(text=asdict(text))
    except ReportRejected as error:
        say(refused=error.key, values={k: str(v) for k, v in error.values.items()})
    except MemoryError:
        say(refused="intake.too_long", values={})


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
