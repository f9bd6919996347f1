"""DNS: where is cedar.example?  Before a letter can travel, somebody must ask (RFC 5321 section 5).

::

    mx.birch.example                                  ns.example
         |  --- cedar.example         MX?  ---------->  |
         |  <-- 10 mx.cedar.example.  ----------------  |      who takes its mail?
         |  --- mx.cedar.example      A?   ---------->  |
         |  <-- 127.0.3.25            ----------------  |      and where does that host live?

    zone        what a name server knows: tables of records           RFC 1035 section 5
    server      the answering side: a question's bytes in, an answer's bytes out
    resolver    the asking side, and the mail hosts of a domain       RFC 5321 section 5.1, RFC 7505

The messages themselves (names, record types, compression) are made and read by dnspython.
"""
