"""What the cable carried: packets, read, sorted, and put together again.

::

    a file, a cable          frames              packets                 streams
     pcap, pcapng     ->   recording   ->   headers, options    ->   conversations
     capture                                packet, fragments        stream, reassembly

    capture         all of it as one object; `read` opens a capture file
    recording       a frame, and what is wrong with a damaged file
    pcap, pcapng    the two kinds of capture files
    packet          a frame, taken apart: Ethernet, IP, TCP
    headers         what each layer writes in front of what it carries; options are TCP's
    checksum        how a changed bit is noticed
    fragments       an IP packet that was too large for a cable, joined again
    conversations   who speaks with whom: connections over TCP, questions by UDP
    stream          one connection, both directions
    reassembly      one direction: the octets in their order, what was sent again, what is missing
    layers          SMTP, POP3 and IMAP for Scapy

Nothing here needs a right or opens a socket.  Scapy is imported only when its packets are asked for.
"""

from mailkit.wire.capture import Capture, read
from mailkit.wire.stream import Stream

__all__ = ["Capture", "Stream", "read"]
