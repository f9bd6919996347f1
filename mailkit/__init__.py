"""mailkit: a whole real mail system, small enough to be read.

It tells one story: a letter goes from Alice (alice@birch.example) to Bob (bob@cedar.example)::

    Alice types           roles/mua.py      mail user agent: her mail program
      | 587               roles/msa.py      mail submission agent: may she send?         smtp/
      v                   roles/queue.py    where a letter waits, safely
    birch.example         roles/route.py    who takes mail for cedar.example?            dns/
      | 25                roles/mta.py      mail transfer agent: hands it on             smtp/
      v                   roles/mta.py      ... and takes it at the other side
    cedar.example         roles/mda.py      mail delivery agent: into the mailbox        store/
      | 110, 143                                                                         pop3/, imap/
      v
    Bob reads             roles/mua.py      his mail program

    letter/    what is carried              talk/      what all languages share
    ground/    where sockets come from      show/      how it is shown
    wire/      what the cable carried
    evidence   what happened                clock      which can be turned forward
    provider   one domain, put together     world      the village: all of it

Start with ``village()``; see `mailkit.world`.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mailkit.world import Village, village

__version__ = "0.1.0"
__all__ = ["Village", "village"]


def __getattr__(name):  # type: ignore[no-untyped-def]
    """Import what is asked for only when it is asked for: the bootstrap runs before anything is installed."""
    if name in __all__:
        from mailkit import world

        return getattr(world, name)
    raise AttributeError("module 'mailkit' has no attribute " + repr(name))
