"""Who is the next stop?  The domain behind the @ decides, and DNS knows (RFC 5321 section 5)."""

from collections.abc import Callable

from mailkit.dns.resolver import Answer, MailHost, Resolver

Asked = Callable[[Answer, str], None]  # the answer, and the Message-ID of the letter it was asked for


class Route:
    """Finds the mail hosts of a domain, and tells for which letter it asked.

    Args:
        resolver: makes a resolver that reports each of its questions.
        asked: is told every question with its answer.
    """

    def __init__(self, resolver: Callable[[Callable[[Answer], None]], Resolver], asked: Asked) -> None:
        self._resolver, self._asked = resolver, asked

    async def mail_hosts(self, domain: str, letter: str) -> list[MailHost]:
        """The hosts that take mail for the domain, the best one first.

        Raises:
            Refused: 556 5.1.10 the domain takes no mail (RFC 7505), 550 5.1.2 there is no such domain,
                451 4.4.3 the name server does not answer.
        """
        return await self._resolver(lambda answer: self._asked(answer, letter)).mail_hosts(domain)
