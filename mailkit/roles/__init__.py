"""Who decides: the roles that a letter meets on its way.

    mua      mail user agent            Alice's and Bob's mail programs
    msa      mail submission agent      takes letters from those who may send          RFC 6409
    mta      mail transfer agent        takes letters for its domain                   RFC 5321
    route    who is the next stop for this recipient?                                  RFC 5321 section 5
    queue    where a letter waits until somebody has taken it                          RFC 5321 section 4.5.4
    spool    the queue's folder, where it waits safely                                 RFC 5321 section 6.1
    attempt  one try to get it further
    carrier  makes that try: hands it to the next server, or to the MDA                RFC 5321 section 5.1
    bounce   the letter that says what became of a letter                              RFC 3464
    mda      mail delivery agent        lays letters into mailboxes and guards them
    hand     you, speaking a protocol by hand

A role is a policy: it knows why, not how it is said.  It says no by raising `Refused`.
"""
