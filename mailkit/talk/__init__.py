"""What every mail language shares, whichever words it speaks.

    buffer    the bytes that have come and are not yet understood: a line, or exactly n octets
    core      a language as a machine: bytes in, bytes out, no socket, no clock, no thread
    fault     what goes wrong between mail servers, on demand
    guesses   wrong passwords: guessing shall be slow
    refusal   how a role says no, so that each language can put it in its own words
    sasl      how a person proves who they are, the same in SMTP, POP3 and IMAP   RFC 4422
    script    a dialogue as a text file: test, lesson and evidence in one form

The languages themselves are next door: ``smtp``, ``pop3``, ``imap`` and ``dns``.
"""
