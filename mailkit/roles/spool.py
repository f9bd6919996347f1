"""The queue's folder: where letters survive a power cut.

A letter in it is two files that one can look at::

    4F2A9C.eml     the letter itself
    4F2A9C.json    the envelope: from whom, to whom still, how often tried, when again, why not yet

Both are written, the envelope last, and forced to the disk with the folder that names them.  Only now may a
server say 250 (RFC 5321 section 6.1).  What a crash has left of a letter that was never accepted can be told
from one that was: its envelope is missing or has no end, or the letter has fewer octets than that says.

Waiting for the disk is what takes long, so letters share it: while a thread waits for some, the next ones
gather, and all that have come go together::

    letters    1          2 3 4       5 6
    disk       [--- 1 ---][- 2 3 4 -][- 5 6 -]
    250                  1         2 3 4      5 6
"""

import asyncio
import json
import os
import secrets
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, fields
from functools import partial
from pathlib import Path

from mailkit.letter.envelope import Envelope
from mailkit.store.files import sync_folder, write_safely
from mailkit.talk.refusal import Refused

WRITERS = 2  # threads that wait for the disk
MANY, RUSH = 10, 0.25  # letters pour in when so many come within so many seconds

_END = b"\n}\n"  # of an envelope that is complete
_begin_writing = getattr(os, "posix_fadvise", None)  # Linux has it; elsewhere each file is waited for in turn


@dataclass
class Item:
    """A letter in the queue, as its .json file tells it."""

    id: str
    letter: str  # Message-ID
    sender: str
    recipients: list[str]  # who has not got it yet
    arrived: float
    octets: int = 0  # of the letter
    attempts: int = 0
    next_try: float = 0.0
    warned: bool = False  # the sender knows that it takes long
    reasons: dict[str, str] = field(default_factory=dict)  # by recipient: the last refusal
    parameters: dict[str, str] = field(default_factory=dict)  # of MAIL FROM
    wishes: dict[str, dict[str, str]] = field(default_factory=dict)  # of RCPT TO, by recipient

    def envelope(self, *recipients: str) -> Envelope:
        """The envelope for some of its recipients."""
        return Envelope(self.sender, (), self.parameters, self.wishes).to(*recipients)

    def as_json(self) -> bytes:
        """The .json file: a line for each field."""
        lines = (f' "{each.name}": {json.dumps(getattr(self, each.name))}' for each in fields(self))
        return ("{\n" + ",\n".join(lines)).encode() + _END


class Spool:
    """The files of one queue.

    Args:
        kept: is told of each letter as soon as it lies there safely.
    """

    def __init__(self, folder: Path, kept: Callable[[Item], None]) -> None:
        self.folder, self._kept = folder, kept
        folder.mkdir(parents=True, exist_ok=True)
        self._writers = ThreadPoolExecutor(WRITERS, f"queue {folder.parent.name}")
        self._gathering: list[tuple[Item, bytes, asyncio.Future[None]]] = []
        self._committing: set[asyncio.Task[None]] = set()
        self._latest: deque[float] = deque(maxlen=MANY)  # when letters came

    def new_id(self) -> str:
        """A name for a letter that no other has; nobody can guess it."""
        return secrets.token_hex(5).upper()

    async def keep(self, item: Item, content: bytes) -> None:
        """Lay a letter in: when this returns, it will not be lost.

        Raises:
            Refused: 452 4.3.1, it could not be written.
        """
        loop = asyncio.get_running_loop()
        waiting: asyncio.Future[None] = loop.create_future()
        self._gathering.append((item, content, waiting))
        self._latest.append(loop.time())
        if len(self._committing) < WRITERS:
            task = loop.create_task(self._commit())
            self._committing.add(task)
            task.add_done_callback(self._committing.discard)
        try:
            await waiting
        except OSError as error:
            raise Refused(452, "4.3.1", f"the letter could not be written: {error.strerror}") from None

    async def calm(self, seconds: float) -> None:
        """While letters pour in, wait, but no longer than that: their clients wait for 250."""
        loop = asyncio.get_running_loop()
        end = loop.time() + seconds
        while len(self._latest) == MANY and loop.time() - self._latest[0] < RUSH and loop.time() < end:
            await asyncio.sleep(RUSH / 5)

    async def update(self, item: Item) -> None:
        """Write down how it stands with a letter."""
        write = partial(write_safely, self._envelope(item.id), item.as_json())
        await asyncio.get_running_loop().run_in_executor(self._writers, write)

    def read(self, item: Item) -> bytes:
        """The letter itself."""
        return self._letter(item.id).read_bytes()

    def remove(self, item: Item) -> None:
        """It has gone."""
        self._envelope(item.id).unlink()  # first: an .eml alone is nothing
        self._letter(item.id).unlink()

    def found(self) -> Iterator[Item]:
        """What an earlier run has left; what it had not yet accepted is cleared away."""
        for file in sorted(self.folder.glob("*.json")):
            content = file.read_bytes()
            item = Item(**json.loads(content)) if content.endswith(_END) else None
            letter = file.with_suffix(".eml")
            if item and letter.exists() and letter.stat().st_size >= item.octets:
                yield item
            else:
                file.unlink()
        for file in self.folder.glob("*"):
            if file.suffix == ".tmp" or not file.with_suffix(".json").exists():
                file.unlink()

    def close(self) -> None:
        """Let the thread go, once it has finished."""
        self._writers.shutdown()

    async def _commit(self) -> None:
        """Write down all that has gathered, again and again until nothing has."""
        loop = asyncio.get_running_loop()
        while self._gathering:
            together, self._gathering = self._gathering, []
            letters = [(item.id, content, item.as_json()) for item, content, _ in together]
            trouble: OSError | None = None
            try:
                await loop.run_in_executor(self._writers, write_together, str(self.folder), letters)
            except OSError as error:
                trouble = error
            for item, _, waiting in together:
                if trouble is None:
                    self._kept(item)
                if not waiting.done():  # its client may have hung up meanwhile
                    waiting.set_exception(trouble) if trouble else waiting.set_result(None)

    def _letter(self, item_id: str) -> Path:
        return self.folder / f"{item_id}.eml"

    def _envelope(self, item_id: str) -> Path:
        return self.folder / f"{item_id}.json"


def write_together(folder: str, letters: list[tuple[str, bytes, bytes]]) -> None:
    """Write letters and envelopes so that all of them survive, or none has been accepted.

    Raises:
        OSError: there is no room, or the like.
    """
    drafts = [(os.path.join(folder, name), content, envelope) for name, content, envelope in letters]
    handles = []
    try:
        for path, content, envelope in drafts:
            handles += [_written(path + ".eml", content), _written(path + ".json", envelope)]
        _force(handles)
        sync_folder(Path(folder))
    except OSError:
        for path, _, _ in drafts:
            for suffix in (".json", ".eml"):
                Path(path + suffix).unlink(missing_ok=True)
        raise
    finally:
        for handle in handles:
            os.close(handle)


def _written(path: str, content: bytes) -> int:
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    rest = memoryview(content)
    while rest:
        rest = rest[os.write(handle, rest) :]
    return handle


def _force(handles: list[int]) -> None:
    """Force files to the disk; all begin to be written before the first is waited for."""
    if _begin_writing:
        for handle in handles:
            _begin_writing(handle, 0, 0, os.POSIX_FADV_DONTNEED)
    for handle in handles:
        os.fsync(handle)
