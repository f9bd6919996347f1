"""LIST and LSUB: which mailboxes are there?  (RFC 3501 sections 6.3.8 and 6.3.9, RFC 3348, RFC 6154)

::

    C: a2 LIST "" "*"
    S: * LIST (\\HasNoChildren) "." "INBOX"
    S: * LIST (\\HasNoChildren \\Sent) "." "Sent"             what it is for (RFC 6154)
    S: * LIST (\\Noselect \\HasChildren) "." "Work"           only a name above others
    S: * LIST (\\HasNoChildren) "." "Work.Tea"
               attributes         separator  name            * any letters, % any but the separator

Today's programs ask for all in one command (LIST-EXTENDED, RFC 5258; LIST-STATUS, RFC 5819)::

    C: a3 LIST (SUBSCRIBED) "" ("INBOX" "Work.*") RETURN (STATUS (UNSEEN))
               only such              several patterns      and tell this, too
"""

from collections.abc import Iterable
from dataclasses import dataclass, field

from mailkit.imap import out
from mailkit.imap.naming import Naming
from mailkit.imap.patterns import above_all, inbox_first, matches
from mailkit.imap.refusals import Bad
from mailkit.imap.words import Words
from mailkit.store.mailboxes import SPECIAL
from mailkit.store.names import SEPARATOR

SELECTIONS = {"SUBSCRIBED", "REMOTE", "RECURSIVEMATCH", "SPECIAL-USE"}
RETURNS = {"SUBSCRIBED", "CHILDREN", "SPECIAL-USE", "STATUS"}


@dataclass
class Question:
    """What LIST is asked."""

    patterns: list[str]
    only: set[str] = field(default_factory=set)  # some of SELECTIONS
    tell: set[str] = field(default_factory=set)  # some of RETURNS
    status: list[str] = field(default_factory=list)
    extended: bool = False  # asked in the way of RFC 5258

    def means(self, name: str) -> bool:
        """Whether one of the patterns fits."""
        return any(matches(pattern, name) for pattern in self.patterns)


class Listing(Naming):
    """Commands that name many mailboxes."""

    def LIST(self, words: Words) -> str:
        """Which mailboxes are there?"""
        asked = self._question(words)
        if asked.patterns == [""] and not asked.extended:  # "what is the separator?"
            self.say(f'LIST (\\Noselect) "{SEPARATOR}" ""')
            return "OK LIST completed"
        names, subscribed = set(self.mailboxes.names()), set(self.mailboxes.subscribed())
        parents = above_all(names)
        wanted = subscribed if "SUBSCRIBED" in asked.only else names | parents
        wanted = wanted & SPECIAL.keys() if "SPECIAL-USE" in asked.only else wanted
        above = above_all(wanted) if "RECURSIVEMATCH" in asked.only else set()
        for name in sorted(filter(asked.means, wanted | above), key=inbox_first):
            attributes = [] if name in names else ["\\NonExistent" if asked.extended else "\\Noselect"]
            attributes.append("\\HasChildren" if name in parents else "\\HasNoChildren")  # RFC 3348
            attributes += [SPECIAL[name]] if name in SPECIAL and name in names else []
            if name in subscribed and "SUBSCRIBED" in asked.only | asked.tell:
                attributes.append("\\Subscribed")
            self._list("LIST", name, attributes, _child_info(asked) if name in above else b"")
            if asked.status and name in names:
                self.say_status(self.mailboxes.open(name), asked.status)
        return "OK LIST completed"

    def LSUB(self, words: Words) -> str:
        """Which mailboxes should be shown?"""
        pattern = self._question(words).patterns[0]
        names = set(self.mailboxes.subscribed())
        # One that is only above a subscribed one is named where % stops at it.
        above = above_all(names) if pattern.endswith("%") else set()
        for name in sorted(names | above, key=inbox_first):
            if matches(pattern, name):
                self._list("LSUB", name, [] if name in names else ["\\Noselect"])
        return "OK LSUB completed"

    def _question(self, words: Words) -> Question:
        asked = Question([])
        words.space()
        if words.sees(b"("):
            asked.only, asked.extended = self._options(words, SELECTIONS), True
            words.space()
        reference = words.text_astring()
        words.space()
        asked.extended = asked.extended or words.sees(b"(")
        patterns = words.list_of(words.pattern) if words.sees(b"(") else [words.pattern()]
        asked.patterns = [reference + pattern if pattern else "" for pattern in patterns]
        if words.took(b" "):
            self._take_returns(words, asked)
        words.end()
        if "RECURSIVEMATCH" in asked.only and not asked.only & {"SUBSCRIBED", "SPECIAL-USE"}:
            raise Bad("RECURSIVEMATCH needs to know of what: SUBSCRIBED or SPECIAL-USE")
        return asked

    def _take_returns(self, words: Words, asked: Question) -> None:
        """``RETURN (CHILDREN STATUS (MESSAGES))``."""
        if words.atom() != "RETURN":
            raise Bad("behind the pattern may stand RETURN and a list")
        words.space()

        def option() -> str:
            name = words.atom()
            if name == "STATUS":
                words.space()
                asked.status = self.take_status_items(words)
            return name

        asked.tell, asked.extended = set(words.list_of(option, may_be_empty=True)), True
        _must_be_among(RETURNS, asked.tell)

    def _options(self, words: Words, known: set[str]) -> set[str]:
        given = set(words.list_of(words.atom, may_be_empty=True))
        _must_be_among(known, given)
        return given

    def _list(self, word: str, name: str, attributes: list[str], more: bytes = b"") -> None:
        self.say(f'{word} {out.listed(attributes)} "{SEPARATOR}" '.encode() + out.mailbox(name) + more)


def _child_info(asked: Question) -> bytes:
    """Beneath this one are such (RFC 5258 section 3.5)."""
    such = " ".join(f'"{option}"' for option in sorted(asked.only & {"SUBSCRIBED", "SPECIAL-USE"}))
    return f' ("CHILDINFO" ({such}))'.encode()


def _must_be_among(known: Iterable[str], given: set[str]) -> None:
    if given - set(known):
        raise Bad(
            f"LIST knows {' '.join(sorted(known))} here, but not {' '.join(sorted(given - set(known)))}"
        )
