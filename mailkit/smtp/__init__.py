"""SMTP: the language that machines speak to hand a letter on (RFC 5321).

    states     what may be said when: a table
    grammar    MAIL FROM:<...> and RCPT TO:<...>, taken apart
    role       who decides: SMTP's verbs as methods
    session    the listening half's socket, table and record, on aiosmtpd
    server     the listening half, command by command
    client     the calling half, on aiosmtplib
    reply      when is a reply whole?

A server that passes a letter on speaks both halves: server on one socket, client on the next.
"""
