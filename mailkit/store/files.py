"""Files that survive: written as a whole or not at all, even when the power fails.

::

    write letter.tmp  ->  force it to the disk  ->  rename it to letter.eml  ->  force the folder, too
"""

import os
from pathlib import Path


def write_safely(path: Path, content: bytes) -> None:
    """Put `content` at `path`: afterwards it is there, whatever happens; before, the old content is.

    Raises:
        OSError: it could not be written; nothing has changed.
    """
    draft = path.with_suffix(".tmp")
    try:
        write_durably(draft, content)
        os.replace(draft, path)
    except BaseException:
        draft.unlink(missing_ok=True)
        raise
    sync_folder(path.parent)


def write_durably(path: Path, content: bytes) -> None:
    """Write a file, readable by its owner alone, and force it to the disk."""
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(handle)


def add_lines(path: Path, lines: bytes, durable: bool) -> None:
    """Write behind what a file has; `durable` forces it to the disk."""
    with path.open("ab") as file:
        file.write(lines)
        file.flush()
        if durable:
            os.fsync(file.fileno())


def sync_folder(folder: Path) -> None:
    """Force the names in a folder to the disk.  Windows has no such call and needs none."""
    if os.name != "nt":
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
