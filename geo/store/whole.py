"""Write a file whole or not at all, and safe from a power cut once it is said to be written."""
from __future__ import annotations

import os
import secrets
from pathlib import Path


def write_whole(target: Path, content: bytes) -> None:
    """Put ``content`` at ``target`` in one move: readers see the old file or the new one.

    Raises
    ------
    OSError : it could not be written; ``target`` is as it was and nothing is left beside it.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    temporary = target.with_name(f".{target.name}.{secrets.token_hex(4)}.tmp")
    try:
        with temporary.open("xb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, target)
    finally:
        temporary.unlink(missing_ok=True)
    flush_folder(target.parent)


def flush_folder(folder: Path) -> None:
    """Make the names in a folder safe from a power cut."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
