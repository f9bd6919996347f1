"""Who is the next stop?  The domain behind the @ decides, and DNS knows (RFC 5321 section 5).

::

    bob@cedar.example       MX:  10 mx.cedar.example,  20 mx2.cedar.example
    bob@[127.0.3.25]        the address itself (RFC 5321 section 4.1.3): nobody need be asked

A backup, 20, that holds mail for cedar asks the same question and finds itself in the answer.  It must only
hand on to hosts that are *better* than itself, or two backups would send a letter to and fro for ever.
"""

from collections.abc import Callable

from mailkit.dns.resolver import Answer, MailHost, Resolver
from mailkit.talk.refusal import Refused

Asked = Callable[[Answer, str], None]  # the answer, and the Message-ID of the letter it was asked for


class Route:
    """Finds the hosts to which a letter may go, and tells for which letter it asked.

    Args:
        own: the host that asks.
        resolver: makes a resolver that reports each of its questions.
        asked: is told every question with its answer.
    """

    def __init__(
        self, own: str, resolver: Callable[[Callable[[Answer], None]], Resolver], asked: Asked
    ) -> None:
        self._own, self._resolver, self._asked = own, resolver, asked

    async def stops(self, domain: str, letter: str) -> list[MailHost]:
        """The hosts that take mail for the domain, the best one first.

        Raises:
            Refused: 556 5.1.10 the domain takes no mail (RFC 7505), 550 5.1.2 there is no such domain,
                451 4.4.3 the name server does not answer, 554 5.4.6 it would come back to ourselves.
        """
        if domain.startswith("["):
            return [MailHost(0, domain, (domain.strip("[]").removeprefix("ipv6:"),))]
        hosts = await self._resolver(lambda answer: self._asked(answer, letter)).mail_hosts(domain)
        return better(hosts, self._own)


def better(hosts: list[MailHost], own: str) -> list[MailHost]:
    """Those hosts that are better than our own, if that is among them; else all (RFC 5321 section 5.1).

    Raises:
        Refused: 554 5.4.6, none is: we are the best ourselves, and do not know it.

    >>> first, second = MailHost(10, "mx.cedar.example", ()), MailHost(20, "mx2.cedar.example", ())
    >>> [host.name for host in better([first, second], "mx2.cedar.example")]
    ['mx.cedar.example']
    """
    ours = [host.preference for host in hosts if host.name.lower() == own]
    left = [host for host in hosts if not ours or host.preference < min(ours)]
    if not left:
        raise Refused(554, "5.4.6", f"mail for this domain comes back to {own}: a loop in DNS")
    return left
