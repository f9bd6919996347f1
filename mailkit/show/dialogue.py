"""A dialogue as a page of a play: who speaks, the line, and beside it what it means.

::

    0.0 ms   S: <-   220 mx.birch.example ESMTP      220: the server is there and gives its name; ...
    1.2 ms   C: ->   EHLO laptop-alice...            EHLO: the client gives its name and asks ...
                     > the letter, 512 octets, 14 lines

Client and server are told apart by letter, arrow and indent, and only then by colour.
"""

from collections.abc import Iterable

from mailkit.dialogue import Dialogue, Side, Spoken
from mailkit.show.explain import explain
from mailkit.show.figure import Html, escape, figure, fold, join, pre, tls
from mailkit.show.parts import Carried, Part
from mailkit.show.pictures import html
from mailkit.show.readers import parts
from mailkit.show.when import since
from mailkit.talk.script import Line, Script

SPEAKER = {"C": "C: →", "S": "S: ←"}
SHORT = 4  # so many lines are not worth a fold
LONG = 600  # of a letter with more lines than this, the middle is not shown
KEPT = 40  # lines before and after such a middle
TLS_BEGINS = "from here on the cable carries only what nobody else can read (RFC 8446)"


def dialogue(thing: Dialogue | Script, explained: bool = True, start: float | None = None) -> Html:
    """A dialogue or a script as HTML.

    Args:
        thing: what is shown.
        explained: with the column that says what each line means.
        start: the moment from which times are counted; the opening of the connection if not given.
    """
    if isinstance(thing, Script):
        return figure(_script(thing, explained), thing.name)
    begin = thing.opened if start is None else start
    told = said(thing.protocol, parts(thing.protocol, thing.lines), explained, begin)
    lost = f"<p>{thing.left_out:,} further octets were not kept.</p>" if thing.left_out else ""
    return figure(told + lost, thing.title)


def said(protocol: str, pieces: Iterable[Part], explained: bool = True, start: float | None = None) -> Html:
    """The table of a dialogue's parts; without `start`, without times."""
    rows, secure = [], False
    for piece in pieces:
        if piece.line.secure and not secure:
            rows.append(_across(f'{tls()} <span class="dim">{TLS_BEGINS}</span>', explained, start))
        secure = piece.line.secure
        rows.append(_row(protocol, piece, explained, start))
    return _table(rows, explained, start is not None)


def _row(protocol: str, piece: Part, explained: bool, start: float | None) -> Html:
    line = piece.line
    time = "" if start is None else f'<td class="ms">{since(start, line.time)}</td>'
    kind = f"{line.side}{' secure' if line.secure else ''}"
    who = f'<th scope="row">{SPEAKER[line.side]}</th>'
    if isinstance(piece, Carried):
        across = ' colspan="2"' if explained else ""
        return Html(f'<tr class="{kind}">{time}{who}<td class="line"{across}>{content(piece)}</td></tr>')
    why = explain(protocol, line.text, line.side, piece.before) if explained else ""
    told = f'<td class="why">{escape(why)}</td>' if explained else ""
    shown = f'<td class="line"><code>{escape(line.text)}</code></td>'
    return Html(f'<tr class="{kind}">{time}{who}{shown}{told}</tr>')


def content(piece: Carried) -> Html:
    """What is carried, folded; of a very long letter only its beginning and its end."""
    text = piece.text
    if len(piece.lines) > LONG:
        left_out = f"… {len(piece.lines) - 2 * KEPT:,} lines are not shown here …"
        first, last = piece.lines[:KEPT], piece.lines[-KEPT:]
        text = "\n".join([*(line.text for line in first), left_out, *(line.text for line in last)])
    return fold(piece, pre(text, str(piece)), opened=len(piece.lines) <= SHORT)


def _across(body: str, explained: bool, start: float | None) -> Html:
    columns = 2 + explained + (start is not None)
    return Html(f'<tr><td colspan="{columns}">{body}</td></tr>')


def _table(rows: list[Html], explained: bool, timed: bool) -> Html:
    headers = ["time"] * timed + ["who", "line"] + ["what it means"] * explained
    head = join(f'<th scope="col">{header}</th>' for header in headers)
    return Html(f'<table class="said"><thead><tr>{head}</tr></thead><tbody>{join(rows)}</tbody></table>')


# -- scripts ----------------------------------------------------------------------------------------


def _script(script: Script, explained: bool) -> Html:
    """Talk as a table; what is told to the reader, and stage directions, stand between its rows."""
    spoken = _spoken(script)
    protocol = _guess(spoken)
    rows = {piece.line.time: _row(protocol, piece, explained, None) for piece in parts(protocol, spoken)}
    for line in script:
        if line.speaker in "#@":
            rows[line.number] = _across(_aside(line), explained, None)
    return _table([rows[number] for number in sorted(rows)], explained, False)


def _spoken(script: Script) -> list[Spoken]:
    """The lines of a script as if they had been spoken; their number stands for the time."""
    said_so_far: dict[Side, int] = {"C": 0, "S": 0}
    spoken = []
    for line in script:
        if line.speaker == "C" or line.speaker == "S":
            data = line.text.encode(errors="backslashreplace")
            spoken.append(Spoken(line.number, line.speaker, said_so_far[line.speaker], data, False))
            said_so_far[line.speaker] += len(data) + 2
    return spoken


def _guess(lines: list[Spoken]) -> str:
    """Which language this is, by the first words of its server."""
    heard = next((line.text for line in lines if line.side == "S"), "")
    return {"+OK": "pop3", "-ER": "pop3"}.get(heard[:3], "imap" if heard[:2] in ("* ", "+ ") else "smtp")


def _aside(line: Line) -> str:
    words = escape(line.text)
    return f"<em>{words}</em>" if line.speaker == "#" else f"<code>@ {words}</code>"


html.register(Dialogue, dialogue)
html.register(Script, dialogue)
