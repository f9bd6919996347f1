"""The bounce: a letter that says what became of a letter (RFC 3464).

::

    MAIL FROM:<>                            from nobody, so that no bounce is ever answered by a bounce
    From: MAILER-DAEMON@birch.example
    To: alice@birch.example
    multipart/report                RFC 6522
     +- text/plain                  for people
     +- message/delivery-status     for programs: who, what, why
     +- message/rfc822              the letter that comes back, to the octet; or its header alone

Most bounces say that a letter failed.  The same form tells of a delay, and, to those who ordered it
(``smtp/dsn.py``), of success.
"""

import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from email.utils import make_msgid
from enum import Enum

from mailkit.letter import trace
from mailkit.letter.trace import date
from mailkit.roles.spool import Item
from mailkit.smtp import dsn

LARGEST_RETURNED = 64 << 10  # octets; of a longer letter only the header comes back

Fields = Mapping[str, str]


class Action(Enum):
    """What became of a letter for one recipient, in the words of RFC 3464 section 2.3.3."""

    FAILED = "failed"
    DELAYED = "delayed"
    DELIVERED = "delivered"
    RELAYED = "relayed"  # to a server that sends no reports: no more will be heard


SUBJECT = {
    Action.FAILED: "Your letter could not be delivered",
    Action.DELAYED: "Your letter has not been delivered yet",
    Action.DELIVERED: "Your letter has been delivered",
    Action.RELAYED: "Your letter has been handed on",
}
WORDS = {
    Action.FAILED: ("Your letter could not be delivered to:", "It comes back with this."),
    Action.DELAYED: (
        "Your letter is still waiting here for:",
        "You need not do anything.",
    ),
    Action.DELIVERED: ("Your letter lies in the mailbox of:", "You wished to be told."),
    Action.RELAYED: (
        "Your letter was handed on, to a server that sends no reports, for:",
        "You wished to be told; whether it arrives, you will not hear.",
    ),
}


@dataclass(frozen=True)
class Fate:
    """What became of a letter for one recipient."""

    recipient: str
    action: Action
    reply: str  # the words that decided it, "550 5.1.1 no such person here"
    original: str = ""  # ORCPT=, as the sender wrote it
    server: str = ""  # who said so, if it was another server
    when: float | None = None  # the last attempt
    until: float | None = None  # how long it will be tried

    @property
    def status(self) -> str:
        """The enhanced code; what was delayed for too long has failed in the end (RFC 3464 section 2.3.4)."""
        if self.action in (Action.DELIVERED, Action.RELAYED):
            return "2.0.0"
        _, _, words = self.reply.partition(" ")
        detail = words.partition(" ")[0].partition(".")[2] or "0.0"
        return f"{5 if self.action is Action.FAILED else 4}.{detail}"

    @property
    def fields(self) -> Fields:
        """The group of fields about this recipient (RFC 3464 section 2.3)."""
        kind = "rfc822" if self.recipient.isascii() else "utf-8"  # RFC 6533 section 3
        # Subject 4 is the network (RFC 3463): that we found out ourselves; the rest a server has said.
        said_by = "smtp" if self.server and not self.status[1:].startswith(".4.") else "x-mailkit"
        fields = {
            "Original-Recipient": "; ".join(dsn.decode(self.original).split(";", 1)),
            "Final-Recipient": f"{kind}; {self.recipient}",
            "Action": self.action.value,
            "Status": self.status,
            "Remote-MTA": f"dns; {self.server}" if self.server else "",
            "Diagnostic-Code": f"{said_by}; {self.reply}" if self.status[0] != "2" else "",
            "Last-Attempt-Date": date(self.when) if self.when is not None else "",
            "Will-Retry-Until": date(self.until) if self.until is not None else "",
        }
        return {name: value for name, value in fields.items() if value}


@dataclass(frozen=True)
class Reporter:
    """Writes the bounces of one server.

    Attributes:
        host: the server.
        domain: whose server it is.
    """

    host: str
    domain: str

    def write(self, item: Item, fates: list[Fate], content: bytes, now: float) -> bytes:
        """A report on a letter: on recipients with whom the same has happened."""
        action = fates[0].action
        boundary = f"report-{secrets.token_hex(12)}"  # a line that stands nowhere else in the letter
        header = {
            "From": f"Mail Delivery System <MAILER-DAEMON@{self.domain}>",
            "To": item.sender,
            "Subject": SUBJECT[action],
            "Date": date(now),
            "Message-ID": make_msgid(domain=self.domain),
            "Auto-Submitted": "auto-replied",  # RFC 3834: no automatic answer to this
            "MIME-Version": "1.0",
            "Content-Type": f'multipart/report; report-type=delivery-status;\r\n boundary="{boundary}"',
        }
        # Only a failure brings the letter back, and only if the sender wants it whole (RFC 3461 section 4.3).
        whole = action is Action.FAILED and item.parameters.get("RET", "FULL").upper() == "FULL"
        parts = [
            _part("text/plain; charset=utf-8", self._for_people(action, fates)),
            _part("message/delivery-status", self._for_programs(item, fates)),
            _the_letter(content, whole),
        ]
        opening = f"\r\n--{boundary}\r\n".encode()
        closing = f"\r\n--{boundary}--\r\n".encode()
        return _fields(header) + b"".join(opening + part for part in parts) + closing

    def _for_people(self, action: Action, fates: list[Fate]) -> bytes:
        before, after = WORDS[action]
        people = "\r\n\r\n".join(f"  {fate.recipient}\r\n    {fate.reply}" for fate in fates)
        return "\r\n\r\n".join([f"This is the mail server {self.host}.", before, people, after, ""]).encode()

    def _for_programs(self, item: Item, fates: list[Fate]) -> bytes:
        """One group of fields about the letter, then one for each recipient (RFC 3464 section 2.1)."""
        about = {"Reporting-MTA": f"dns; {self.host}", "Arrival-Date": date(item.arrived)}
        if "ENVID" in item.parameters:
            about = {"Original-Envelope-Id": dsn.decode(item.parameters["ENVID"]), **about}
        groups: Iterable[Fields] = (about, *(fate.fields for fate in fates))
        return b"\r\n".join(map(_fields, groups))


def _the_letter(content: bytes, whole: bool) -> bytes:
    if whole and len(content) <= LARGEST_RETURNED:
        return _part("message/rfc822", content)
    return _part("text/rfc822-headers", trace.head(content))


def _part(kind: str, content: bytes) -> bytes:
    encoding = "7bit" if content.isascii() else "8bit"
    return _fields({"Content-Type": kind, "Content-Transfer-Encoding": encoding}) + b"\r\n" + content


def _fields(fields: Fields) -> bytes:
    return "".join(f"{name}: {value}\r\n" for name, value in fields.items()).encode()
