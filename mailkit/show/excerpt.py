"""Of a long dialogue, only what concerns one letter.

A connection may carry several letters, one transaction after the other (RFC 5321 section 3.3)::

    220  EHLO  AUTH  | MAIL RCPT DATA ... 250 | MAIL RCPT DATA ... 250 | MAIL ...  QUIT
    ------------------------------------------  ----------------------  ---------------
                first letter                         second letter           third

Greeting, TLS and login belong to the first.  Of a session that reads mail nothing is left out.
"""

from itertools import chain, pairwise

from mailkit.show.explain import language
from mailkit.show.parts import Carried, Part, Said, mentions


def about(letter: str, protocol: str, parts: list[Part]) -> list[Part]:
    """The parts that concern the letter with this Message-ID; all of them if none names it."""
    if language(protocol) != "smtp":
        return parts
    transactions = [part for part in _transactions(parts) if any(mentions(each, letter) for each in part)]
    return list(chain.from_iterable(transactions)) or parts


def _transactions(parts: list[Part]) -> list[list[Part]]:
    begins = [number for number, part in enumerate(parts) if _is_mail(part)]
    return [parts[begin:end] for begin, end in pairwise([0, *begins[1:], len(parts)])]


def _is_mail(part: Part) -> bool:
    return isinstance(part, Said) and part.line.side == "C" and part.line.data[:5].upper() == b"MAIL "


def refusal(parts: list[Part]) -> str:
    """The reply that refused the letter; empty if it was accepted, or if nothing was decided."""
    replies = [part for part in parts if isinstance(part, Said) and part.line.side == "S"]
    carried = any(isinstance(part, Carried) for part in parts)
    if any(reply.line.data[:1] == b"2" and _ends_letter(reply.before) for reply in replies) and carried:
        return ""
    refused = [reply.line.text for reply in replies if reply.line.data[:1] in (b"4", b"5")]
    return refused[-1] if refused else ""


def _ends_letter(command: str | None) -> bool:
    return command is not None and (command == "." or command.upper().endswith(" LAST"))
