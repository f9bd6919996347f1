"""How it is shown: pictures of what the village did.  Only this room draws.

    pictures    html(thing): which picture belongs to which thing
    dialogue    a talk line by line, with the letter folded and each line explained
    explain     what a line means, and what was wrong with it
    hand        a talk by hand
    mail        a letter, an inbox, a queue, the village
    events      look-ups, queue steps, deliveries, and all the evidence
    ladder      one hop: two hosts, and an arrow for each line          journey     the whole way
    overview    all hosts side by side, and an arrow for each hop         of one letter
    figure      the frame of all figures: safe text, words for those who do not see the picture
    parts       what is said in a dialogue, and what is only carried
    readers     who tells them apart                                excerpt     about one letter

A thing asks for its picture by itself (``mailkit/shown.py``).  Everything here is static HTML and SVG:
it needs no script, and stands in a saved notebook as it stood in the running one.
"""

from mailkit.show import dialogue, events, hand, journey, mail
from mailkit.show.pictures import html

__all__ = ["dialogue", "events", "hand", "html", "journey", "mail"]
