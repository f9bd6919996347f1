"""What a sender may order beside the letter: reports on its delivery (RFC 3461).

::

    MAIL FROM:<alice@birch.example> RET=HDRS ENVID=tea-42
                                    |        +-- my own number for this; every report shall bear it
                                    +----------- a report of failure shall bring back the header, or FULL

    RCPT TO:<bob@cedar.example> NOTIFY=SUCCESS,DELAY ORCPT=rfc822;bob+2Btea@cedar.example
                                |                    +-- the address as I first wrote it
                                +----------------------- when to report: SUCCESS, FAILURE, DELAY; or NEVER

Who says nothing hears of failures, and of long delays.  A server passes all of it on to the next one if that
knows DSN too; the last one that does writes the report (``roles/bounce.py``).
"""

import re
from collections.abc import Mapping

from mailkit.talk.refusal import Refused

EVENTS = frozenset({"SUCCESS", "FAILURE", "DELAY"})
USUAL = frozenset({"FAILURE", "DELAY"})  # what is reported to somebody who ordered nothing
LONGEST_ENVID, LONGEST_ORCPT = 100, 500  # RFC 3461 sections 4.4 and 4.2

_XTEXT = re.compile(r"(?:[!-*,-<>-~]|\+[0-9A-F]{2})+")  # RFC 3461 section 4: no "=", no control character
_HEX = re.compile(r"\+([0-9A-F]{2})")

Parameters = Mapping[str, str]


def check_mail(parameters: Parameters) -> None:
    """Whether RET and ENVID make sense.

    Raises:
        Refused: 501 5.5.4, with a sentence that says why not.
    """
    if parameters.get("RET", "FULL").upper() not in ("FULL", "HDRS"):
        raise Refused(501, "5.5.4", "RET is FULL or HDRS (RFC 3461 section 4.3)")
    envelope_id = parameters.get("ENVID", "-")
    if not _XTEXT.fullmatch(envelope_id) or len(envelope_id) > LONGEST_ENVID:
        raise Refused(501, "5.5.4", f"ENVID is xtext, at most {LONGEST_ENVID} octets (RFC 3461 section 4.4)")


def check_rcpt(wishes: Parameters) -> None:
    """Whether what was added to RCPT TO makes sense.

    Raises:
        Refused: 555 a word we do not know; 501 5.5.4 a value that is none.
    """
    if wishes.keys() - {"NOTIFY", "ORCPT"}:
        raise Refused(555, "5.5.4", "RCPT TO takes NOTIFY and ORCPT and nothing else here")
    notify = wishes.get("NOTIFY", "NEVER").upper()
    if notify != "NEVER" and not EVENTS.issuperset(notify.split(",")):
        raise Refused(501, "5.5.4", "NOTIFY is NEVER or of SUCCESS,FAILURE,DELAY (RFC 3461 section 4.1)")
    kind, _, address = wishes.get("ORCPT", "rfc822;-").partition(";")
    if not kind or not _XTEXT.fullmatch(address) or len(wishes.get("ORCPT", "")) > LONGEST_ORCPT:
        raise Refused(501, "5.5.4", "ORCPT is rfc822; and an address in xtext (RFC 3461 section 4.2)")


def wanted(event: str, wishes: Parameters) -> bool:
    """Whether the sender is to be told of a SUCCESS, a FAILURE or a DELAY.

    >>> wanted("FAILURE", {}), wanted("SUCCESS", {}), wanted("FAILURE", {"NOTIFY": "NEVER"})
    (True, False, False)
    """
    return event in (wishes["NOTIFY"].upper().split(",") if "NOTIFY" in wishes else USUAL)


def decode(xtext: str) -> str:
    """What an xtext says (RFC 3461 section 4); ``?`` for what a line of a report cannot hold.

    >>> decode("rfc822;bob+2Btea@cedar.example")
    'rfc822;bob+tea@cedar.example'
    """
    plain = _HEX.sub(lambda pair: chr(int(pair[1], 16)), xtext)
    return "".join(letter if " " <= letter <= "~" else "?" for letter in plain)


def encode(text: str) -> str:
    """A text as xtext.

    >>> encode("bob+tea@cedar.example")
    'bob+2Btea@cedar.example'
    """
    return "".join(letter if _XTEXT.fullmatch(letter) else _hex(letter) for letter in text)


def _hex(letter: str) -> str:
    return "".join(f"+{octet:02X}" for octet in letter.encode())
