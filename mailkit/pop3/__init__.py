"""POP3: fetch and go.  The language in which a mail program takes letters home.

::

    Bob's laptop                                    mx.cedar.example
         |  ------------- RETR 1 ------------------>  |
         |  <------------ +OK, the letter ----------  |      his maildrop: one row of letters,
         |  ------------- DELE 1, QUIT ------------>  |      numbered from 1, no folders, no flags

    states        what may be said when                      RFC 1939 sections 4 to 6
    commands      the words a client says                    RFC 1939, RFC 2449, RFC 2595, RFC 5034
    replies       the words a server says                    RFC 1939 section 3, RFC 2449 section 8, RFC 3206
    maildrop      the letters as one session sees them       RFC 1939 section 4
    transaction   what a client may do with its maildrop     RFC 1939 section 5
    core          the whole language: bytes in, bytes out

Two things are left out.  **APOP** (RFC 1939 section 7) proves a password without sending it, but for
that the server must keep the password itself; we keep only a hash, and SCRAM-SHA-256 does better
what APOP wished for.  **UTF8** (RFC 6856) is spoken by next to no client.
"""
