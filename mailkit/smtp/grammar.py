"""``MAIL FROM:<alice@birch.example> SIZE=1200``, taken apart (RFC 5321 sections 4.1.1.2 and 4.1.2).

::

    FROM: < alice@birch.example > SIZE=1200 BODY=8BITMIME
          \\___ the path ________/ \\___ parameters ______/
"""

import re
from collections.abc import Mapping

from mailkit.letter.address import Address, BadAddress
from mailkit.smtp import dsn
from mailkit.talk.refusal import Refused

_PARAMETER = re.compile(r"([A-Za-z0-9][A-Za-z0-9-]*)(?:=([!-<>-\u007e\u0080-\U0010ffff]+))?")
# Within quotes "<", ">" and "@" are ordinary letters; outside, the path ends at the first ">".
_PATH = re.compile(r"""<((?:[^<>"\\]|"(?:[^"\\]|\\.)*")*)>(?:[ ]+(.*))?""", re.DOTALL)
_SOURCE_ROUTE = re.compile(r"(?:@[^@:,]+,?)+:")

Arguments = tuple[str, dict[str, str]]


def mail(argument: str) -> Arguments:
    """The sender and the parameters of MAIL; the sender is empty in a bounce's ``<>``.

    Raises:
        Refused: 501 when it is written wrongly, with a sentence that says how.

    >>> mail("FROM:<alice@birch.example> SIZE=1200")
    ('alice@birch.example', {'SIZE': '1200'})
    """
    path, parameters = _command(argument, "FROM:", "MAIL FROM:<alice@birch.example>", "5.1.7")
    return (str(_address(path, "5.1.7")) if path else ""), parameters


def rcpt(argument: str) -> Arguments:
    """The recipient and the parameters of RCPT; ``<postmaster>`` may come without a domain.

    Raises:
        Refused: 501 when it is written wrongly, with a sentence that says how.
    """
    path, parameters = _command(argument, "TO:", "RCPT TO:<bob@cedar.example>", "5.1.3")
    if path.lower() == "postmaster":  # RFC 5321 section 4.5.1
        return "postmaster", parameters
    return str(_address(path, "5.1.3")), parameters


def check_mail(sender: str, parameters: dict[str, str], largest: int) -> None:
    """Whether we know what the client added to MAIL FROM, and can do it.

    Raises:
        Refused: 555 a word we do not know; 501 a value that is none; 552 a letter of more than `largest`
            octets is announced (RFC 1870 section 6.1: better now than after a long DATA).
    """
    unknown = parameters.keys() - {"SIZE", "BODY", "SMTPUTF8", "AUTH", "RET", "ENVID"}
    if unknown:
        raise Refused(555, "5.5.4", f"MAIL FROM does not take {printable(', '.join(sorted(unknown)))} here")
    if parameters.get("BODY", "7BIT").upper() not in ("7BIT", "8BITMIME"):
        raise Refused(501, "5.5.4", "BODY is 7BIT or 8BITMIME (RFC 6152)")
    size = parameters.get("SIZE", "0")
    if not size.isdecimal() or not size.isascii():
        raise Refused(501, "5.5.4", "SIZE is a number of octets (RFC 1870)")
    if len(size) > 20 or int(size) > largest:
        raise Refused(552, "5.3.4", f"no letter may have more than {largest} octets here")
    check_utf8(sender, parameters)
    dsn.check_mail(parameters)


def check_utf8(address: str, parameters: Mapping[str, str]) -> None:
    """Whether an address beyond ASCII was announced with SMTPUTF8 (RFC 6531 section 3.5).

    Raises:
        Refused: 553 5.6.7, it was not.
    """
    if not address.isascii() and "SMTPUTF8" not in parameters:
        raise Refused(553, "5.6.7", "an address beyond ASCII needs SMTPUTF8 behind MAIL FROM (RFC 6531)")


def printable(text: str) -> str:
    """Something the client said, fit to be said back: ASCII (RFC 5321 section 4.2), and always one line."""
    return "".join(letter if letter.isascii() and letter.isprintable() else "?" for letter in text)[:255]


def _command(argument: str, keyword: str, model: str, status: str) -> tuple[str, dict[str, str]]:
    if any("\udc80" <= letter <= "\udcff" for letter in argument):  # so Python marks what is not UTF-8
        raise Refused(501, "5.5.2", "that is neither ASCII nor UTF-8")
    if not argument.upper().startswith(keyword):
        raise Refused(501, "5.5.4", f"expected {model}")
    rest = argument[len(keyword) :].lstrip(" ")  # the space is wrong, but many send it
    form = _PATH.fullmatch(rest)
    if form is None:
        raise Refused(501, status, f"the address stands in angle brackets: {model}")
    return _SOURCE_ROUTE.sub("", form[1], count=1), _parameters(form[2] or "")


def _parameters(text: str) -> dict[str, str]:
    parameters: dict[str, str] = {}
    for word in text.split():
        form = _PARAMETER.fullmatch(word)
        if form is None:
            raise Refused(501, "5.5.4", f"expected KEYWORD=value behind the address, not {printable(word)}")
        if form[1].upper() in parameters:
            raise Refused(501, "5.5.4", f"{form[1].upper()} stands here twice")
        parameters[form[1].upper()] = form[2] or ""
    return parameters


def _address(path: str, status: str) -> Address:
    try:
        return Address.parse(path)
    except BadAddress as error:
        raise Refused(501, status, printable(str(error))) from None
