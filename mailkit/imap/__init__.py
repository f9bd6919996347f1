"""IMAP: live in the mailbox.  Letters stay on the server; every client looks at the same ones.

::

    phone  --- a1 SELECT INBOX -------------->  mx.cedar.example
           <-- * 3 EXISTS --------------------    |
           <-- a1 OK [READ-WRITE] ... --------    |   INBOX   1 2 3
           --- a2 FETCH 3 (ENVELOPE) -------->    |   Sent    1
           <-- * 3 FETCH (ENVELOPE (...)) ----    |   ...
           <-- a2 OK ... ---------------------    |
           <-- * 4 EXISTS --------------------   unasked, while the phone is in IDLE

Every command has a *tag*; the lines that belong to it begin with ``*``; the last one has its tag.

    states       what may be said when                                    RFC 3501 section 3
    incoming     a command on its way: lines and literals                 RFC 3501 section 4.3, RFC 7888
    words        its words, one after the other                           RFC 3501 section 9
    sets         ``1:3,7,*``                                              RFC 3501 section 9, sequence-set
    dates        ``01-Jan-2024``                                          RFC 3501 section 9, date
    out          strings, lists and flags, as the server writes them      RFC 3501 section 4
    session      what all commands share
    refusals     how IMAP says no                                         RFC 3501 section 7.1, RFC 5530
    view         the mailbox as one session has been told of it           RFC 3501 sections 5.2, 7.4.1
    core         the whole language: bytes in, bytes out

    any_state    CAPABILITY NOOP LOGOUT ID                                RFC 3501 section 6.1, RFC 2971
    entering     STARTTLS AUTHENTICATE LOGIN                              RFC 3501 section 6.2, RFC 4959
    selecting    SELECT EXAMINE CHECK CLOSE UNSELECT                      RFC 3501, RFC 3691, RFC 7162
    naming       CREATE DELETE RENAME SUBSCRIBE UNSUBSCRIBE               RFC 3501 section 6.3
                 STATUS NAMESPACE                                         RFC 2342
    listing      LIST LSUB; patterns (the % and * of LIST)                RFC 3501, RFC 3348, RFC 6154,
                                                                          RFC 5258, RFC 5819
    quotas       GETQUOTA GETQUOTAROOT                                    RFC 9208
    adding       APPEND COPY MOVE                                         RFC 3501, RFC 4315, RFC 6851
    fetching     FETCH; items (what is asked), opened (the answers),      RFC 3501 sections 6.4.5, 7.4.2,
                 envelope, bodystructure (two answers that are long)      RFC 7162
    flagging     STORE EXPUNGE                                            RFC 3501, RFC 4315, RFC 7162
    searching    SEARCH; criteria (what is looked for),                   RFC 3501 section 6.4.4, RFC 4731,
                 looking (in texts)                                       RFC 7162
    idling       IDLE ENABLE                                              RFC 2177, RFC 5161
    reply        when is a reply whole?  the client's question

Left out, and therefore not announced: SORT and THREAD (clients do that themselves), QRESYNC (CONDSTORE saves
most of what it saves), SEARCHRES, MULTIAPPEND, BINARY, COMPRESS, and the second revision of the language
(RFC 9051).
"""
