"""Which picture belongs to which thing: the register that every other file of this room writes in.

>>> html("1 < 2").endswith("1 &lt; 2</pre></figure></div>")
True
"""

from functools import singledispatch

from mailkit.show.figure import figure, pre


@singledispatch
def html(thing: object) -> str:
    """The picture of a thing; one that has none of its own is shown as its words."""
    return figure(pre(str(thing), type(thing).__name__))
