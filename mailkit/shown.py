"""Everything shows itself: the one door from the things of the kit to their pictures.

A thing inherits `Shown` and says what it is in plain words (``__str__``).  In a notebook it then also
has a picture, drawn by the room ``show/``; only when somebody looks is that room entered at all.
"""


class Shown:
    """A thing that has a picture in ``show/`` and a plain text for everybody else."""

    def _repr_html_(self) -> str:
        from mailkit.show import html

        return html(self)

    def _repr_pretty_(self, printer: object, cycle: bool) -> None:
        """IPython's hook for plain text: show the words, not the dataclass."""
        getattr(printer, "text")(str(self))
