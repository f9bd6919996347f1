"""GETQUOTA and GETQUOTAROOT: how much may I keep, and how much is there?  (RFC 9208)

::

    C: a2 GETQUOTAROOT INBOX                       which limits concern this mailbox?
    S: * QUOTAROOT "INBOX" "bob@cedar.example"         one, for all of Bob's mailboxes together
    S: * QUOTA "bob@cedar.example" (STORAGE 10 512)    10 of 512 units of 1024 octets
    S: a2 OK GETQUOTAROOT completed

Who is over it cannot APPEND or COPY any more (``NO [OVERQUOTA]``), but still MOVE to the Trash; and new
letters are refused at the door (``452 4.2.2``).  To set a quota is not for IMAP: the provider does that.
"""

from mailkit.imap import out
from mailkit.imap.refusals import No
from mailkit.imap.session import Session
from mailkit.imap.words import Words

UNIT = 1024  # octets: RFC 9208 section 5.1, STORAGE


class Quotas(Session):
    """Commands about limits."""

    def GETQUOTA(self, words: Words) -> str:
        """How is it with this limit?  RFC 9208 section 4.1.1."""
        words.space()
        root = words.text_astring()
        words.end()
        if root not in self._roots:
            raise No("NONEXISTENT", f"there is no quota root {root}")
        self._say_quota(root)
        return "OK GETQUOTA completed"

    def GETQUOTAROOT(self, words: Words) -> str:
        """Which limits has a mailbox (it need not exist yet), and how full?  RFC 9208 section 4.1.2."""
        words.space()
        name = words.mailbox()
        words.end()
        self.say(b" ".join([b"QUOTAROOT", out.mailbox(name), *(out.string(r.encode()) for r in self._roots)]))
        for root in self._roots:
            self._say_quota(root)
        return "OK GETQUOTAROOT completed"

    @property
    def _roots(self) -> list[str]:
        return [] if self.mailboxes.quota.limit is None else [self.account]

    def _say_quota(self, root: str) -> None:
        quota = self.mailboxes.quota
        used, limit = -(-quota.used // UNIT), (quota.limit or 0) // UNIT
        self.say(b"QUOTA %b (STORAGE %d %d)" % (out.string(root.encode()), used, limit))
