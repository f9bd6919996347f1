"""What you said by hand: your line, the reply, and beside each of them what it means."""

from collections.abc import Iterable

from mailkit.dialogue import Spoken
from mailkit.roles.hand import Exchange, Talk
from mailkit.show.dialogue import said
from mailkit.show.figure import Html, escape, figure
from mailkit.show.pictures import html
from mailkit.show.readers import parts


@html.register
def _exchange(exchange: Exchange) -> str:
    # Whether a line is a command or part of a letter depends on what was said before.
    whole = parts(exchange.language, _lines((*exchange.earlier, exchange)))
    own = {id(line) for line in exchange.lines}
    shown = [part for part in whole if id(part.line) in own]
    return figure(said(exchange.language, shown) + _note(exchange))


@html.register
def _talk(talk: Talk) -> str:
    notes = "".join(map(_note, talk.exchanges))
    return figure(said(talk.language, parts(talk.language, _lines(talk.exchanges))) + notes)


def _lines(exchanges: Iterable[Exchange]) -> list[Spoken]:
    return [line for exchange in exchanges for line in exchange.lines]


def _note(exchange: Exchange) -> Html:
    return Html(f'<p class="dim">{escape(exchange.note)}</p>' if exchange.note else "")
