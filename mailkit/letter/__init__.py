"""The letter: what is carried, and the envelope it is carried in.

address     alice@birch.example, and what may stand on either side of the @     RFC 5321 section 4.1.2
envelope    who sent it and to whom it goes: not the From: and To: inside       RFC 5321 section 2.3.1
compose     a new letter from a subject and a text                              RFC 5322
trace       the lines that every server on the way writes on top of it          RFC 5321 section 4.4
structure   the parts of a letter, exact to the octet                           RFC 2045, RFC 2046
"""
