"""Where mail rests: a folder a mailbox, a file a letter, nothing that ``ls`` and ``cat`` cannot show.

::

    bob/                                      mailboxes   one person's tree: INBOX and what lies beside it
     |- new/  cur/  tmp/                      maildir     a mailbox on disk, as mutt and Dovecot know it
     |   `- 1700000000.R5f0c.mx,S=61,W=63:2,S   filename    a file's name says its size and its flags
     |- dovecot-keywords                      keywords    what the letters a to z in a name stand for
     |- uids                                  uids        the numbers that IMAP and POP3 clients remember
     |- subscriptions                      subscriptions  which mailboxes a mail program should show
     `- .Sent/  .Entw&APw-rfe/ ...            names       the names of the others, safe on every disk

    shelf      the messages in memory, kept equal to the files on the disk
    mailbox    all this as one object: messages with UIDs and flags, shared by every session
    home       what all mailboxes of one person have in common
    shared     how sessions hear of changes
    quota      how much one person may keep
    accounts   who may open it: people, hashed passwords, aliases, quotas
    files      written as a whole or not at all, even when the power fails
    folder     the folder of a whole village
"""
