"""The bounce: a letter that says that a letter could not be delivered (RFC 3464).

::

    From: MAILER-DAEMON@birch.example        MAIL FROM:<>   nobody answers a bounce, so it cannot loop
    To: alice@birch.example
    multipart/report
     +- text/plain                  for people
     +- message/delivery-status     for programs: who, what, why
     +- message/rfc822              the letter that comes back
"""

from collections.abc import Mapping
from datetime import datetime, timezone
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, make_msgid

from mailkit.talk.refusal import Refused

LARGEST_RETURNED = 64 << 10  # octets; of a longer letter only the header comes back


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
        sender: to whom the letter goes back.
        failed: for each recipient the reason.
        content: the letter.
        arrived: when the server had taken it, in seconds since the epoch.
        now: the present, likewise.
    """
    report = EmailMessage(policy=SMTP)
    report["From"] = f"Mail Delivery System <MAILER-DAEMON@{domain}>"
    report["To"] = sender
    report["Subject"] = "Your letter could not be delivered"
    report["Date"] = _date(now)
    report["Message-ID"] = make_msgid(domain=domain)
    report["Auto-Submitted"] = "auto-replied"  # RFC 3834: no automatic answer to this
    report.set_content(_for_people(hostname, failed))
    report.make_mixed()
    report.attach(_for_programs(hostname, failed, arrived))
    report.attach(_the_letter(content))
    report.set_type("multipart/report")
    report.set_param("report-type", "delivery-status")
    return report.as_bytes()


def _for_people(hostname: str, failed: Mapping[str, Refused]) -> str:
    reasons = "\n\n".join(f"  {recipient}\n    {no}" for recipient, no in failed.items())
    return (
        f"This is the mail server {hostname}.\n\n"
        f"Your letter could not be delivered to:\n\n{reasons}\n\n"
        "It is attached, so that nothing is lost.\n"
    )


def _for_programs(hostname: str, failed: Mapping[str, Refused], arrived: float) -> EmailMessage:
    part = EmailMessage(policy=SMTP)
    part["Content-Type"] = "message/delivery-status"
    groups = [_fields({"Reporting-MTA": f"dns; {hostname}", "Arrival-Date": _date(arrived)})]
    groups += [
        _fields(
            {
                "Final-Recipient": f"rfc822; {recipient}",
                "Action": "failed",
                "Status": f"5{no.status[1:]}",  # a delay that lasted too long is a failure in the end
                "Diagnostic-Code": f"smtp; {no}",
            }
        )
        for recipient, no in failed.items()
    ]
    part.set_payload([*groups])
    return part


def _the_letter(content: bytes) -> EmailMessage:
    whole = len(content) <= LARGEST_RETURNED
    part = EmailMessage(policy=SMTP)
    part["Content-Type"] = "message/rfc822" if whole else "text/rfc822-headers"
    part["Content-Disposition"] = "attachment"
    returned = content if whole else content.partition(b"\r\n\r\n")[0] + b"\r\n"
    part.set_payload(returned.decode("ascii", "surrogateescape"))
    return part


def _fields(fields: Mapping[str, str]) -> EmailMessage:
    group = EmailMessage(policy=SMTP)
    for name, value in fields.items():
        group[name] = value
    return group


def _date(now: float) -> str:
    return format_datetime(datetime.fromtimestamp(now, timezone.utc))
