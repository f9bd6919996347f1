"""What a name server knows: zones, each a table of records (RFC 1035 section 5).

::

    example.               a zone is a name and all names below it,
       birch.example.      down to the next zone
       cedar.example.
          mx.cedar.example.    A      127.0.3.25
          cedar.example.       MX     10 mx.cedar.example.

The tables are zone files (``data/zones/``).  What depends on the ground, the addresses, is put in when
the village starts; and a lesson may change a zone while the village runs.
"""

from collections.abc import Callable
from pathlib import Path

import dns.exception
import dns.name
import dns.rdataset
import dns.rdatatype
import dns.reversename
import dns.rrset
import dns.transaction
import dns.versioned
import dns.zone
from dns.name import Name
from dns.rdataset import Rdataset
from dns.rdatatype import RdataType

from mailkit.shown import Shown

TTL = 300  # seconds for which others may remember a record that was put in while the village runs

Change = Callable[[dns.transaction.Transaction], None]


class Zones(Shown):
    """All the zones of one name server.

    Args:
        texts: zone files, each with its ``$ORIGIN``.

    >>> zones = Zones("$ORIGIN cedar.example.\\n@ 300 SOA ns.example. me 1 2 3 4 5\\n@ 300 NS ns.example.")
    >>> zones.set("cedar.example", "MX", "10 mx.cedar.example", "20 mx2.cedar.example")
    >>> zones.records("cedar.example", "MX")
    ('10 mx.cedar.example.', '20 mx2.cedar.example.')
    """

    def __init__(self, *texts: str) -> None:
        self._zones: dict[Name, dns.zone.Zone] = {}
        for text in texts:
            self.add(text)

    @classmethod
    def read(cls, folder: Path) -> "Zones":
        """The zones in the ``*.zone`` files of a folder."""
        return cls(*(path.read_text(encoding="utf-8") for path in sorted(folder.glob("*.zone"))))

    def add(self, text: str) -> None:
        """Take in one zone file.

        Raises:
            ValueError: it is not a zone file; the message says where it stops making sense.
        """
        try:
            # A versioned zone lets one thread ask while another one changes it.
            zone = dns.zone.from_text(
                text, zone_factory=dns.versioned.Zone, relativize=False, check_origin=False
            )
            if zone.origin is None:
                raise ValueError("this is not a zone file: there is no $ORIGIN in it")
            zone.check_origin()
        except dns.exception.DNSException as error:
            raise ValueError(f"this is not a zone file: {error}") from None
        self._zones[zone.origin] = zone

    def add_host(self, name: str, address: str) -> None:
        """Say where a host lives (A or AAAA), and who lives there (PTR)."""
        self._change(name, lambda records: _join(records, _name(name), _kind_of(address), address))
        reverse = dns.reversename.from_address(address)
        self._change(str(reverse), lambda records: _join(records, reverse, RdataType.PTR, str(_name(name))))

    def set(self, name: str, kind: str, *records: str) -> None:
        """Give a name these records of a kind, instead of those that it has.

        Names in the records are whole names; the dot at the end may be left out.

        Raises:
            ValueError: what was given cannot be; the message says why.
        """
        new = _rdataset(name, kind, records)
        self._change(name, lambda zone: _replace(zone, _name(name), new))

    def remove(self, name: str, kind: str) -> None:
        """Take away all records of a kind.

        Raises:
            ValueError: there are none.
        """
        if not self.records(name, kind):
            raise ValueError(f"{name} has no {kind} record that could be removed")
        if _kind(kind) is RdataType.SOA:
            raise ValueError(f"the zone {name} cannot be without its SOA record")
        self._change(name, lambda zone: zone.delete(_name(name), _kind(kind)))

    def records(self, name: str, kind: str) -> tuple[str, ...]:
        """The records of a kind that a name has, as text."""
        found = (self.at(_name(name)) or {}).get(_kind(kind))
        return tuple(map(str, found)) if found else ()

    def around(self, name: Name) -> Name | None:
        """The zone that a name belongs to, by its own name: the smallest one around it."""
        while name not in self._zones:
            if name == dns.name.root:
                return None
            name = name.parent()
        return name

    def at(self, name: Name) -> dict[RdataType, Rdataset] | None:
        """What a name has, by kind; None if there is no such name.

        A name without records does exist if there is a name below it (RFC 8020).
        """
        zone = self.around(name)
        if zone is None:
            return None
        with self._zones[zone].reader() as records:
            node = records.get_node(name)
            if node:
                return {found.rdtype: found for found in node}
            return {} if any(other.is_subdomain(name) for other in records.iterate_names()) else None

    def _change(self, name: str, change: Change) -> None:
        zone = self.around(_name(name))
        if zone is None:
            raise ValueError(f"{name} belongs to no zone of this server; it has {self._names}")
        with self._zones[zone].writer() as records:  # all of the change, or nothing
            change(records)
            records.update_serial(1, True, zone)  # others see by it that the zone is a new one

    @property
    def _names(self) -> str:
        return ", ".join(str(name).removesuffix(".") for name in sorted(self._zones))

    def __str__(self) -> str:
        return "\n\n".join(_file(name, self._zones[name]) for name in sorted(self._zones))


def _file(origin: Name, zone: dns.zone.Zone) -> str:
    """A zone as a zone file; its SOA record has to be the first (RFC 1035 section 5.2)."""
    lines = [f"$ORIGIN {origin}"]
    with zone.reader() as records:
        for name in sorted(records.iterate_names()):
            node = records.get_node(name) or ()
            lines += [
                kind.to_text(name) for kind in sorted(node, key=lambda kind: kind.rdtype != RdataType.SOA)
            ]
    return "\n".join(lines)


def _name(text: str) -> Name:
    try:
        return dns.name.from_text(text)
    except dns.exception.DNSException as error:
        raise ValueError(f"{text!r} cannot be a name: {error}") from None


def _kind(text: str) -> RdataType:
    try:
        return dns.rdatatype.from_text(text)
    except dns.rdatatype.UnknownRdatatype:
        raise ValueError(f"{text!r} is no kind of record; mail needs MX, A, AAAA, PTR, TXT") from None


def _kind_of(address: str) -> RdataType:
    return RdataType.AAAA if ":" in address else RdataType.A


def _rdataset(name: str, kind: str, records: tuple[str, ...]) -> Rdataset:
    if not records:
        raise ValueError(f"expected at least one {kind} record for {name}; `remove` takes them away")
    try:
        return dns.rdataset.from_text_list(
            "IN", _kind(kind), TTL, records, origin=dns.name.root, relativize=False
        )
    except dns.exception.DNSException as error:
        raise ValueError(f"{'; '.join(records)!r} cannot be the {kind} record of {name}: {error}") from None


def _replace(records: dns.transaction.Transaction, name: Name, new: Rdataset) -> None:
    node = records.get_node(name)
    others = {found.rdtype for found in node or ()} - {new.rdtype}
    if others and (new.rdtype is RdataType.CNAME or RdataType.CNAME in others):
        raise ValueError(f"{name} has other records, and a CNAME must stand alone (RFC 1034 section 3.6.2)")
    records.replace(name, new)


def _join(records: dns.transaction.Transaction, name: Name, kind: RdataType, text: str) -> None:
    records.add(name, dns.rdataset.from_text("IN", kind, TTL, text))
