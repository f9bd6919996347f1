"""How it is shown: pictures of what the village did.  Only this room draws.

    pictures    html(thing): which picture belongs to which thing

    dialogue    a talk line by line, with the letter folded and each line explained
    hand        a talk by hand
    explain     what a line means, and what was wrong with it
    parts       what is said in a dialogue, and what is only carried; readers tells them apart,
                excerpt takes out what is about one letter

    journey     the whole way of one letter: its hops, one after the other
    trail       which evidence belongs to which hop
    hop         one of them; ladder draws it, and rungs are the arrows
    overview    all hosts side by side, and an arrow for each hop; legs are its rows

    mail        a letter, an inbox, a queue, the village
    events      look-ups, queue steps, deliveries, and all the evidence

    figure      the frame of all figures: safe text, words for those who do not see the picture
    svg, style  strokes, colours and letters;  hosts, when: names and times in the margin

A thing asks for its picture by itself (``mailkit/shown.py``).  Everything here is static HTML and SVG:
it needs no script, and stands in a saved notebook as it stood in the running one.
"""

from mailkit.show import dialogue, events, hand, journey, mail
from mailkit.show.pictures import html

__all__ = ["dialogue", "events", "hand", "html", "journey", "mail"]
