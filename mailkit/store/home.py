"""What the mailboxes of one person have in common."""

import threading
from collections.abc import Callable
from dataclasses import dataclass

from mailkit.store.quota import Quota


@dataclass
class Home:
    """The tree in which a mailbox stands, as far as the mailbox needs to know it."""

    clock: Callable[[], float]  # seconds since the epoch: when letters come
    host: str  # whose machine is named in the files
    validity: Callable[[], int]  # gives a UIDVALIDITY that was never used, for a mailbox that has none
    quota: Quota
    changing: threading.RLock  # sessions, deliveries and notebooks run in several threads
