"""The checksum of IP, TCP and UDP: 16-bit words, added up (RFC 1071 section 1).

::

    what is sent      4500 0028 ... 0000 ...      the checksum's own place counts as 0
    added up          each carry out of the 16 bits is added again at the other end
    written down      the complement, so that the receiver's sum over everything is FFFF

TCP and UDP also add the two IP addresses (the pseudo header: RFC 9293 section 3.1): so a segment that a
broken router sends to the wrong host is noticed, too.
"""

from struct import pack, unpack


def checksum(data: bytes) -> int:
    """The checksum to write over these octets; 0 where they hold their right one already.

    >>> hex(checksum(bytes.fromhex("4500002800004000400600000a0000020a000102")))
    '0x25cd'
    """
    even = data + bytes(len(data) % 2)
    total: int = sum(unpack(f"!{len(even) // 2}H", even))
    while total > 0xFFFF:
        total = (total >> 16) + (total & 0xFFFF)
    return 0xFFFF - total


def pseudo_header(source: bytes, destination: bytes, protocol: int, length: int) -> bytes:
    """What TCP and UDP add to the sum besides their own octets (IPv6: RFC 8200 section 8.1)."""
    if len(source) == 16:
        return source + destination + pack("!II", length, protocol)
    return source + destination + pack("!HH", protocol, length)
