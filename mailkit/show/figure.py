"""The frame of every figure: text made safe, alternatives in words, colours of the reader's own theme.

::

    figure ------------------------------------+
    | caption                        [ BADGE ] |     where the packets came from, e.g. LOOPBACK
    |  +------------------------------------+  |
    |  | picture: inline SVG, with its      |  |     what it shows, in words, for those who do
    |  | alternative in words               |  |     not see it: aria-label
    |  +------------------------------------+  |
    |  > fold: what is long, one click away    |
    +------------------------------------------+

JupyterLab gives no alternative text to SVG outputs, so each is wrapped in ``<div role="img"
aria-label=...>``.  Lines and letters are drawn in ``currentColor`` and in JupyterLab's own variables,
so that a figure is at home in the light and in the dark theme.  The other colours are Okabe and Ito's,
which colour-blind people can tell apart; and no meaning is carried by colour alone.
"""

from collections.abc import Iterable, Sequence
from html import escape as _escape

from mailkit.show.style import STYLE

_VISIBLE = {
    code: f"\\x{code:02x}" for code in (*range(0x20), *range(0x7F, 0xA0)) if code not in (0x09, 0x0A)
} | {
    code: f"\\u{code:04x}"  # they turn the writing round, and can make a line look like another one
    for code in (*range(0x202A, 0x202F), *range(0x2066, 0x206A), 0x200E, 0x200F, *range(0xD800, 0xE000))
}


class Html(str):
    """Text that is HTML already: made by this room, not by a letter."""


def visible(text: str) -> str:
    """The text with its control characters written out, so that none of them acts.

    >>> visible("bell \\a rings")
    'bell \\\\x07 rings'
    """
    return text.translate(_VISIBLE)


def escape(text: object) -> Html:
    """Any text as HTML that shows exactly this text; what is `Html` already stays as it is.

    >>> escape("<script>")
    '&lt;script&gt;'
    """
    return text if isinstance(text, Html) else Html(_escape(visible(str(text))))


def join(pieces: Iterable[str], between: str = "") -> Html:
    """Pieces of HTML, one after the other."""
    return Html(between.join(pieces))


def badge(word: str) -> Html:
    """A small frame around one word: which ground a figure stands on, e.g. LOOPBACK."""
    return Html(f'<span class="badge">{escape(word)}</span>')


LOCK = Html('<path d="M2 5h8v6H2z M3.8 5V3.2a2.2 2.2 0 0 1 4.4 0V5" fill="none" stroke="currentColor"/>')


def tls() -> Html:
    """The sign of TLS: a small lock and the letters."""
    return Html(f'<span class="tls"><svg viewBox="0 0 12 12" aria-hidden="true">{LOCK}</svg>TLS</span>')


def figure(body: str, caption: str = "", word: str = "") -> Html:
    """The outermost frame: style, caption, badge, and what is shown."""
    sign = badge(word) if word else ""
    top = f"<figcaption><span>{escape(caption)}</span>{sign}</figcaption>" if caption or word else ""
    return Html(f'<div class="mailkit">{STYLE}<figure>{top}{body}</figure></div>')


def picture(shapes: str, width: float, height: float, alternative: str) -> Html:
    """SVG shapes with their alternative in words."""
    return Html(
        f'<div role="img" aria-label="{escape(alternative)}">'
        f'<svg viewBox="0 0 {width:g} {height:g}" xmlns="http://www.w3.org/2000/svg">{shapes}</svg></div>'
    )


def fold(summary: object, body: str, opened: bool = False) -> Html:
    """What is long: its summary, and the rest one click away."""
    state = " open" if opened else ""
    return Html(f"<details{state}><summary>{escape(summary)}</summary>{body}</details>")


def pre(text: str, label: str = "") -> Html:
    """Text as it is, spaces and line ends kept; it can be reached and scrolled with the keyboard."""
    named = f' role="group" aria-label="{escape(label)}"' if label else ""
    return Html(f'<pre tabindex="0"{named}>{escape(text)}</pre>')


def table(headers: Sequence[object], rows: Iterable[Sequence[object]], caption: object = "") -> Html:
    """A table with a caption, a header above each column and one before each row."""
    title = f"<caption>{escape(caption)}</caption>" if caption else ""
    head = join(f'<th scope="col">{escape(header)}</th>' for header in headers)
    body = join(f"<tr>{_cells(row)}</tr>" for row in rows)
    return Html(f"<table>{title}<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>")


def _cells(row: Sequence[object]) -> Html:
    first, *rest = row
    return join([f'<th scope="row">{escape(first)}</th>', *(f"<td>{escape(cell)}</td>" for cell in rest)])
