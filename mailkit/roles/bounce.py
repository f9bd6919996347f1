"""The bounce: a letter that says that a letter could not be delivered (RFC 3464).

::

    MAIL FROM:<>                            from nobody, so that no bounce is ever answered by a bounce
    From: MAILER-DAEMON@birch.example
    To: alice@birch.example
    multipart/report
     +- text/plain                  for people
     +- message/delivery-status     for programs: who, what, why
     +- message/rfc822              the letter that comes back, to the octet
"""

import secrets
from collections.abc import Iterable, Mapping
from datetime import datetime, timezone
from email.utils import format_datetime, make_msgid

from mailkit.letter import trace
from mailkit.talk.refusal import Refused

LARGEST_RETURNED = 64 << 10  # octets; of a longer letter only the header comes back

Fields = Mapping[str, str]


def bounce(
    hostname: str,
    domain: str,
    sender: str,
    failed: Mapping[str, Refused],
    content: bytes,
    arrived: float,
    now: float,
) -> bytes:
    """Write a bounce.

    Args:
        hostname: the server that gives up.
        domain: whose server it is.
        sender: to whom the letter goes back.
        failed: for each recipient the reason.
        content: the letter.
        arrived: when the server had taken it, in seconds since the epoch.
        now: the present, likewise.
    """
    boundary = f"report-{secrets.token_hex(12)}"  # a line that stands nowhere else in the letter
    header = {
        "From": f"Mail Delivery System <MAILER-DAEMON@{domain}>",
        "To": sender,
        "Subject": "Your letter could not be delivered",
        "Date": _date(now),
        "Message-ID": make_msgid(domain=domain),
        "Auto-Submitted": "auto-replied",  # RFC 3834: no automatic answer to this
        "MIME-Version": "1.0",
        "Content-Type": f'multipart/report; report-type=delivery-status;\r\n boundary="{boundary}"',
    }
    parts = [
        _part("text/plain; charset=utf-8", _for_people(hostname, failed)),
        _part("message/delivery-status", _for_programs(hostname, failed, arrived)),
        _the_letter(content),
    ]
    opening = f"\r\n--{boundary}\r\n".encode()
    return _fields(header) + b"".join(opening + part for part in parts) + f"\r\n--{boundary}--\r\n".encode()


def _for_people(hostname: str, failed: Mapping[str, Refused]) -> bytes:
    reasons = "\r\n\r\n".join(f"  {recipient}\r\n    {no}" for recipient, no in failed.items())
    return (
        f"This is the mail server {hostname}.\r\n\r\n"
        f"Your letter could not be delivered to:\r\n\r\n{reasons}\r\n\r\n"
        "It is attached, so that nothing is lost.\r\n"
    ).encode()


def _for_programs(hostname: str, failed: Mapping[str, Refused], arrived: float) -> bytes:
    """One group of fields about the letter, then one for each recipient (RFC 3464 section 2.1)."""
    groups: Iterable[Fields] = (
        {"Reporting-MTA": f"dns; {hostname}", "Arrival-Date": _date(arrived)},
        *(
            {
                "Final-Recipient": f"rfc822; {recipient}",
                "Action": "failed",
                "Status": f"5{no.status[1:]}",  # a delay that lasted too long is a failure in the end
                "Diagnostic-Code": f"smtp; {no}",
            }
            for recipient, no in failed.items()
        ),
    )
    return b"\r\n".join(map(_fields, groups))


def _the_letter(content: bytes) -> bytes:
    if len(content) <= LARGEST_RETURNED:
        return _part("message/rfc822", content)
    return _part("text/rfc822-headers", trace.head(content))


def _part(kind: str, content: bytes) -> bytes:
    encoding = "7bit" if content.isascii() else "8bit"
    return _fields({"Content-Type": kind, "Content-Transfer-Encoding": encoding}) + b"\r\n" + content


def _fields(fields: Fields) -> bytes:
    return "".join(f"{name}: {value}\r\n" for name, value in fields.items()).encode()


def _date(now: float) -> str:
    return format_datetime(datetime.fromtimestamp(now, timezone.utc))
