"""When is a reply whole?  The client's question (RFC 5321 section 4.2.1).

::

    250-mx.cedar.example        a minus: there is more
    250-STARTTLS
    250 HELP                    a space: this was the last line
"""

import re

_LAST_LINE = re.compile(rb"(?:\A|\n)[0-9]{3}(?: [^\n]*)?\r?\n\Z")


def complete(command: bytes, data: bytes) -> bool:
    """Whether `data` ends with the last line of a reply (whatever the command was).

    >>> complete(b"EHLO me", b"250-mx\\r\\n"), complete(b"EHLO me", b"250-mx\\r\\n250 HELP\\r\\n")
    (False, True)
    """
    return _LAST_LINE.search(data) is not None
