"""Who decides: the roles that a letter meets on its way.

    mua      mail user agent            Alice's and Bob's mail programs
    msa      mail submission agent      takes letters from those who may send            RFC 6409
    mta      mail transfer agent        takes letters for its domain, hands on others    RFC 5321
    route    who is the next stop for this recipient?                                    RFC 5321 5
    queue    where a letter waits, safely, until somebody has taken it                   RFC 5321 4.5.4
    bounce   the letter that says that a letter could not be delivered                   RFC 3464
    mda      mail delivery agent        lays letters into mailboxes and guards them
    hand     you, speaking a protocol by hand

A role is a policy: it knows why, not how it is said.  It says no by raising `Refused`.
"""
