"""Scapy layers for SMTP, POP3 and IMAP: ``packet.show()`` names commands and replies.

::

    Ether / IP / TCP / SMTP
                        |- command   verb= 'MAIL'  argument= 'FROM:<alice@birch.example>'
                        |- reply     code= '250'   mark= '-'   text= 'SIZE 35882577'
                        `- octets    a letter, a password, TLS: what is no command and no reply

A layer sees one packet, not the stream: a line that TCP cut in two is octets here, and a letter whose
packet begins with "Help me" looks like a command.  `mailkit.wire.stream` knows better.

This file imports Scapy, which takes a moment; so it is imported only when Scapy packets are asked for.
"""

import re
from collections.abc import Iterator, Mapping
from typing import ClassVar

import scapy.layers.inet6  # noqa: F401  (Ethernet then knows IPv6, too)
from scapy.config import conf
from scapy.fields import PacketListField, StrField
from scapy.layers.inet import TCP
from scapy.packet import Packet, Raw, bind_bottom_up, bind_layers

from mailkit.wire.recording import Frame

# RFC 5321 section 4.1, RFC 3207, RFC 4954, RFC 3030, RFC 1985
SMTP_VERBS = "HELO EHLO MAIL RCPT DATA BDAT RSET VRFY EXPN HELP NOOP QUIT STARTTLS AUTH ETRN"
# RFC 1939 sections 5 to 7, RFC 2449, RFC 2595, RFC 5034
POP3_VERBS = "USER PASS APOP AUTH CAPA STLS STAT LIST UIDL RETR TOP DELE RSET NOOP UTF8 QUIT"
# RFC 3501 section 6, RFC 9051 section 6, and the extensions of data/rfcs.csv
IMAP_VERBS = (
    "CAPABILITY NOOP LOGOUT STARTTLS AUTHENTICATE LOGIN SELECT EXAMINE CREATE DELETE RENAME SUBSCRIBE "
    "UNSUBSCRIBE LIST LSUB STATUS APPEND CHECK CLOSE UNSELECT EXPUNGE SEARCH FETCH STORE COPY MOVE SORT "
    "THREAD IDLE DONE ID ENABLE NAMESPACE GETQUOTA GETQUOTAROOT COMPRESS"
)


class Octets(Packet):
    """What is no command and no reply."""

    name = "octets"
    fields_desc = [StrField("octets", b"")]


class Before(StrField):
    """A word, and the space behind it if there is a word."""

    def addfield(self, pkt: Packet | None, s: bytes, val: bytes | None) -> bytes:
        return s + val + b" " if val else s


class Behind(StrField):
    """Words, and the space in front of them if there are any."""

    def addfield(self, pkt: Packet | None, s: bytes, val: bytes | None) -> bytes:
        return s + b" " + val if val else s


class Line(Packet):
    """A line that fits a pattern: each group of it is a field."""

    pattern: ClassVar[re.Pattern[bytes]]

    def do_dissect(self, s: bytes) -> bytes:
        found = self.pattern.fullmatch(s)
        if found is None:
            return s  # made by hand, from something else: Scapy keeps it as Raw
        for wanted, value in zip(self.fields_desc, found.groups(b"")):
            self.fields[wanted.name] = value
        self.raw_packet_cache = s  # built again as it came, until a field is changed
        return b""

    def post_build(self, pkt: bytes, pay: bytes) -> bytes:
        return pkt + b"\r\n" + pay


def _words(verbs: str) -> bytes:
    return verbs.replace(" ", "|").encode()


class SMTPCommand(Line):
    name = "SMTP command"
    fields_desc = [StrField("verb", b"NOOP"), Behind("argument", b"")]
    pattern = re.compile(rb"(?i)(" + _words(SMTP_VERBS) + rb")(?: ([^\r\n]*))?\r\n")


class SMTPReply(Line):
    """RFC 5321 section 4.2: a hyphen behind the code says that more lines follow."""

    name = "SMTP reply"
    fields_desc = [StrField("code", b"250"), StrField("mark", b" "), StrField("text", b"")]
    pattern = re.compile(rb"([2-5][0-9][0-9])([ -]?)([^\r\n]*)\r\n")


class POP3Command(Line):
    name = "POP3 command"
    fields_desc = [StrField("verb", b"NOOP"), Behind("argument", b"")]
    pattern = re.compile(rb"(?i)(" + _words(POP3_VERBS) + rb")(?: ([^\r\n]*))?\r\n")


class POP3Reply(Line):
    name = "POP3 reply"
    fields_desc = [StrField("status", b"+OK"), Behind("text", b"")]
    pattern = re.compile(rb"(\+OK|-ERR|\+)(?: ([^\r\n]*))?\r\n")


class IMAPCommand(Line):
    name = "IMAP command"
    fields_desc = [Before("tag", b"a1"), StrField("verb", b"NOOP"), Behind("argument", b"")]
    pattern = re.compile(
        rb"(?i)(?:([^\s*+(){%\"]+) )?((?:UID )?(?:" + _words(IMAP_VERBS) + rb"))(?: ([^\r\n]*))?\r\n"
    )


class IMAPReply(Line):
    """RFC 3501 section 7: ``*`` unasked, ``+`` go on, or the tag of the command that is done."""

    name = "IMAP reply"
    fields_desc = [StrField("tag", b"*"), Behind("number", b""), Behind("word", b"OK"), Behind("text", b"")]
    pattern = re.compile(
        rb"([*+]|[^\s*+]+(?= (?:OK|NO|BAD) ))(?: ([0-9]+))?(?: ([A-Za-z0-9-]+))?(?: ?([^\r\n]*))\r\n"
    )


class Pieces(PacketListField):
    """The payload of a segment, cut into lines."""

    def getfield(self, pkt: Packet, s: bytes) -> tuple[bytes, list[Packet]]:  # type: ignore[override]
        return b"", list(pkt.pieces(s))


class Language(Packet):
    """What a segment of one of the three languages carries."""

    fields_desc = [Pieces("lines", [], Octets)]
    commands: ClassVar[type[Line]]
    replies: ClassVar[type[Line]]
    ports: ClassVar[set[int]]  # the servers', as far as they are bound
    literal: ClassVar[re.Pattern[bytes] | None] = None

    def pieces(self, octets: bytes) -> Iterator[Packet]:
        """Lines as long as they fit; from the first that does not, it is a letter or a list."""
        while octets:
            end = octets.find(b"\n") + 1
            kind = self._kind(octets[:end])
            if kind is None and self.literal is None:
                break
            yield (kind or Octets)(octets[:end] if end else octets)
            counted = self.literal.search(octets[:end]) if self.literal else None
            octets = octets[end:] if end else b""
            if counted and octets:  # RFC 3501 section 4.3: so many octets follow, whatever they are
                size = int(counted[1])
                yield Octets(octets[:size])
                octets = octets[size:]
        if octets:
            yield Octets(octets)

    def _kind(self, line: bytes) -> type[Line] | None:
        under = self.underlayer
        answers = isinstance(under, TCP) and under.sport in self.ports
        kinds = [self.replies] if answers else [self.commands]
        if not isinstance(under, TCP):
            kinds = [self.commands, self.replies]
        return next((kind for kind in kinds if kind.pattern.fullmatch(line)), None)


class SMTP(Language):
    name = "SMTP"
    commands, replies, ports = SMTPCommand, SMTPReply, set()


class POP3(Language):
    name = "POP3"
    commands, replies, ports = POP3Command, POP3Reply, set()


class IMAP(Language):
    name = "IMAP"
    commands, replies, ports = IMAPCommand, IMAPReply, set()
    literal = re.compile(rb"\{([0-9]{1,9})[+-]?\}\r\n$")


LANGUAGES: dict[str, type[Language]] = {"smtp": SMTP, "submission": SMTP, "pop3": POP3, "imap": IMAP}
STANDARD = {25: "smtp", 587: "submission", 110: "pop3", 143: "imap"}  # without TLS from the first octet on


def bind(ports: Mapping[int, str] = STANDARD) -> None:
    """Let Scapy find these layers behind TCP's ports; twice is as good as once.

    >>> bind({10025: "smtp"})
    >>> (TCP(dport=10025) / SMTP(b"MAIL FROM:<alice@birch.example>\\r\\n")).lines[0].verb
    b'MAIL'
    """
    for port, protocol in ports.items():
        language = LANGUAGES.get(protocol)
        if language and port not in language.ports:
            language.ports.add(port)
            bind_layers(TCP, language, dport=port)
            bind_bottom_up(TCP, language, sport=port)


def packet(frame: Frame) -> Packet:
    """A frame as a Scapy packet, with the mail layers on their standard ports."""
    bind()
    layer = conf.l2types.num2layer.get(frame.linktype, Raw)
    made = layer(frame.data)
    made.time = frame.ns / 1e9
    return made
