"""What one sees of mail at rest: a letter, an inbox, a queue, and the village they are in."""

from mailkit.letter.letter import Inbox, Letter
from mailkit.provider import Provider
from mailkit.roles.queue import Item, Queue
from mailkit.show.figure import Html, figure, fold, join, pre, table
from mailkit.show.pictures import html
from mailkit.world import Village


@html.register
def _letter(letter: Letter) -> str:
    return figure(pre(str(letter), f"letter: {letter.subject}"), f"{len(letter.content):,} octets")


@html.register
def _inbox(inbox: Inbox) -> str:
    if not inbox:
        return figure(pre("no letters"))
    rows = [
        (number, each.sender, each.subject, each.message["Date"] or "", f"{len(each.content):,}")
        for number, each in enumerate(inbox, start=1)
    ]
    return figure(table(("", "from", "subject", "date", "octets"), rows))


@html.register
def _queue(queue: Queue) -> str:
    if not len(queue):
        return figure(pre(str(queue)))
    rows = [_waiting(queue, item, recipient) for item in queue.items for recipient in item.recipients]
    headers = ("letter", "from", "to", "tried", "again in", "why not yet")
    return figure(table(headers, rows), f"the queue of {queue.host}")


def _waiting(queue: Queue, item: Item, recipient: str) -> tuple[object, ...]:
    tried = f"{item.attempts} time{'s' * (item.attempts != 1)}"
    why = item.reasons.get(recipient, "not tried yet")
    return item.id, item.sender or "<>", recipient, tried, queue.wait(item), why


@html.register
def _provider(provider: Provider) -> str:
    rows = [
        (each.name, each.port, ":".join(map(str, each.place)), "yes" if each.running else "no")
        for each in provider.services.values()
    ]
    people = ", ".join(account.address for account in provider.accounts)
    headers = ("service", "port", "where it really is", "runs")
    return figure(table(headers, rows), f"{provider.host}, for {people}")


@html.register
def _village(village: Village) -> str:
    people = table(
        ("who", "address", "mail program on", "its provider's server"),
        [(each.name, each.address, each.host, each.server) for each in village.people],
    )
    servers = join(fold(each.host, Html(html(each))) for each in village.providers)
    return figure(people + servers, "the village", village.ground.badge)
