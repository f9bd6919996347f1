"""BODYSTRUCTURE: a letter's parts, described without their content (RFC 3501 section 7.4.2).

::

    multipart/mixed                (
      1  text/plain, 12 octets      ("text" "plain" ("charset" "utf-8") NIL NIL "7bit" 12 1 NIL NIL NIL NIL)
      2  image/png, 900 octets      ("image" "png" NIL NIL NIL "base64" 900 NIL ("attachment" (...)) NIL NIL)
                                    "mixed" ("boundary" "b") NIL NIL NIL)

So a phone can show that there is a picture, and fetch it only when somebody wants to see it.
"""

import re

from mailkit.imap import envelope, out
from mailkit.letter.structure import Parameters, Part, parameters

_TOKEN = re.compile(rb"[^\s;()\"]+")


def written(part: Part, extended: bool) -> bytes:
    """The description of a part.  `extended` adds what only BODYSTRUCTURE has."""
    if part.is_multipart:
        return _multipart(part, extended)
    words = [
        out.string(part.kind),
        out.string(part.subkind),
        _parameters(part.parameters),
        out.nstring(part.fields.get(b"content-id")),
        out.nstring(part.fields.get(b"content-description")),
        out.string(_token(part.fields.get(b"content-transfer-encoding", b"")) or b"7bit"),
        b"%d" % (part.end - part.body),
    ]
    if part.is_message:
        letter = part.parts[0]
        words += [envelope.written(letter.fields), written(letter, extended), b"%d" % part.lines]
    elif part.kind == b"text":
        words.append(b"%d" % part.lines)
    if extended:
        words += [out.nstring(part.fields.get(b"content-md5")), *_extension(part)]
    return b"(%b)" % b" ".join(words)


def _multipart(part: Part, extended: bool) -> bytes:
    parts = b"".join(written(inner, extended) for inner in part.parts)
    words = [out.string(part.subkind)]
    if extended:
        words += [_parameters(part.parameters), *_extension(part)]
    return b"(%b %b)" % (parts, b" ".join(words))


def _extension(part: Part) -> list[bytes]:
    """Disposition (RFC 2183), language (RFC 3282) and location (RFC 2557)."""
    disposition, language = part.fields.get(b"content-disposition", b""), part.fields.get(b"content-language")
    shown, written_language = b"NIL", b"NIL"
    if _token(disposition):
        shown = b"(%b %b)" % (out.string(_token(disposition)), _parameters(parameters(disposition)))
    if language and b"," in language:
        written_language = b"(%b)" % b" ".join(out.string(word.strip()) for word in language.split(b","))
    elif language:
        written_language = out.string(language)
    return [shown, written_language, out.nstring(part.fields.get(b"content-location"))]


def _parameters(found: Parameters) -> bytes:
    if not found:
        return b"NIL"
    return b"(%b)" % b" ".join(out.string(word) for pair in found for word in pair)


def _token(value: bytes) -> bytes:
    """The first word, in lower case."""
    word = _TOKEN.search(value)
    return word[0].lower() if word else b""
