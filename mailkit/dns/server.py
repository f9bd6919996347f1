"""The answering side: a question's bytes in, an answer's bytes out (RFC 1034 section 4.3.2).

::

    question                   is the name ours?    does it exist?    has it such a record?
    cedar.example   MX         yes                  yes               yes: here it is
    cedar.example   AAAA       yes                  yes               no:  NOERROR, but empty
    tedar.example   MX         yes                  no:  NXDOMAIN
    cedar.invalid   MX         no:  REFUSED

This server speaks for its own zones only, so it knows every answer for sure (the flag AA says that) and
never asks anybody else.  Left out: referrals to servers below, wildcards, zone transfers, DNSSEC.
"""

import struct
from typing import Literal

import dns.exception
import dns.message
import dns.rrset
from dns.flags import Flag
from dns.name import Name
from dns.opcode import Opcode
from dns.rcode import Rcode
from dns.rdataclass import RdataClass
from dns.rdataset import Rdataset
from dns.rdatatype import RdataType

from mailkit.dns.zone import Zones
from mailkit.talk.core import Core

UDP_OCTETS = 512  # what a datagram may carry, unless the asker says more (RFC 1035 section 4.2.1)
OUR_OCTETS = 1232  # what we say ourselves: it passes every common network in one piece
TCP_OCTETS = 65535


def answer(zones: Zones, query: bytes, *, over: Literal["udp", "tcp"]) -> bytes | None:
    """The answer to one message; None if it is no question, or has not even an id to be answered by."""
    if len(query) < 2 or query[2:3] >= b"\x80":  # QR is set: an answer.  To answer it could go on forever
        return None
    try:
        question = dns.message.from_wire(query)
    except dns.exception.DNSException:
        return _format_error(query)
    reply = dns.message.make_response(question, our_payload=OUR_OCTETS)
    reply.set_rcode(_decide(zones, question, reply))
    room = _room(question, over)  # what does not fit is left out, and the flag TC says so
    return reply.to_wire(max_size=room, prefer_truncation=True, want_shuffle=False)


class DNSStream(Core):
    """DNS over TCP: each message follows its length, in two octets (RFC 1035 section 4.2.2)."""

    def __init__(self, zones: Zones) -> None:
        super().__init__()
        self.zones = zones
        self._length: int | None = None  # of the message that is coming in

    def greet(self) -> bytes:
        """In DNS the client begins."""
        return b""

    def step(self) -> bytes | None:
        if self._length is None:
            prefix = self.buffer.octets(2)
            if prefix is None:
                return None
            self._length = int.from_bytes(prefix)
        query = self.buffer.octets(self._length)
        if query is None:
            return None
        self._length = None
        reply = answer(self.zones, query, over="tcp")
        return b"" if reply is None else len(reply).to_bytes(2) + reply


def _format_error(query: bytes) -> bytes:
    flags = Flag.QR | Rcode.FORMERR
    return query[:2] + struct.pack("!5H", flags, 0, 0, 0, 0)


def _room(question: dns.message.Message, over: str) -> int:
    if over == "tcp":
        return TCP_OCTETS
    return max(UDP_OCTETS, question.payload)  # RFC 6891 section 6.2.3; 0 if the asker says nothing


def _decide(zones: Zones, query: dns.message.Message, reply: dns.message.Message) -> Rcode:
    if query.edns > 0:
        return Rcode.BADVERS
    if query.opcode() is not Opcode.QUERY:
        return Rcode.NOTIMP
    if len(query.question) != 1:
        return Rcode.FORMERR
    [question] = query.question
    transfer = question.rdtype in (RdataType.AXFR, RdataType.IXFR)
    if question.rdclass is not RdataClass.IN or transfer or zones.around(question.name) is None:
        return Rcode.REFUSED
    reply.flags |= Flag.AA
    status = _look_up(zones, reply, question.name, question.rdtype)
    _add_addresses(zones, reply)
    return status


def _look_up(zones: Zones, reply: dns.message.Message, name: Name, kind: RdataType) -> Rcode:
    seen = set()
    while (zone := zones.around(name)) is not None and name not in seen:
        seen.add(name)
        here = zones.at(name)
        found = [records for records in (here or {}).values() if kind in (records.rdtype, RdataType.ANY)]
        if found:
            reply.answer += [_owned(name, records) for records in found]
            return Rcode.NOERROR
        if not here or RdataType.CNAME not in here:
            # How long this no may be remembered is written in the SOA record (RFC 2308 section 3).
            reply.authority.append(_owned(zone, (zones.at(zone) or {})[RdataType.SOA]))
            return Rcode.NXDOMAIN if here is None else Rcode.NOERROR
        alias = here[RdataType.CNAME]
        reply.answer.append(_owned(name, alias))
        name = alias[0].target  # the question goes on at the name that this one stands for
    return Rcode.NOERROR  # the alias leads out of our zones, or round in a ring


def _add_addresses(zones: Zones, reply: dns.message.Message) -> None:
    """Who asks for an MX will ask for its address next: tell it at once, in the additional section."""
    for target in dict.fromkeys(_hosts(reply)):
        here = zones.at(target) or {}
        addresses = [here[kind] for kind in (RdataType.A, RdataType.AAAA) if kind in here]
        reply.additional += [_owned(target, records) for records in addresses]


def _hosts(reply: dns.message.Message) -> list[Name]:
    exchanges = [mx.exchange for found in reply.answer if found.rdtype is RdataType.MX for mx in found]
    return exchanges + [ns.target for found in reply.answer if found.rdtype is RdataType.NS for ns in found]


def _owned(name: Name, records: Rdataset) -> dns.rrset.RRset:
    return dns.rrset.from_rdata_list(name, records.ttl, list(records))
