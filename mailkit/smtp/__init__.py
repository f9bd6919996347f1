"""SMTP: the language that machines speak to hand a letter on (RFC 5321).

    states     what may be said when: a table
    grammar    MAIL FROM:<...> and RCPT TO:<...>, taken apart
    data       the letter itself, the dots in it, and what only looks like its end
    dsn        what a sender may order beside it: reports                 RFC 3461
    reply      three digits and a text
    role       who decides: SMTP's verbs as methods

    server     the listening half, command by command
    session      ... its table, its limits, and what goes wrong on purpose, on aiosmtpd
    line         ... its end of the line: what is said leaves here
    client     the calling half
    caller       ... its end of the line

A server that passes a letter on speaks both halves: server on one socket, client on the next.
"""
