"""The addresses of entries in an Atom feed (RFC 4287): all that is read of XML anywhere.

The rule: a document type is refused where it begins, so there are no entities to expand and nothing external to load;
what is left is read in one pass, whose memory does not depend on the feed. Everything found is a mere hint: what is at
an address is read from there, as ActivityPub.
"""

from __future__ import annotations

from xml.parsers import expat

from activitypub.origin import is_http_url

MOST_ENTRIES = 200
DEEPEST = 32
LONGEST = 2_048

_ATOM = "http://www.w3.org/2005/Atom "
_ENTRY, _ID, _LINK = f"{_ATOM}entry", f"{_ATOM}id", f"{_ATOM}link"


class BadFeed(Exception):
    """It is no feed that we read; the text says why."""


def addresses_in(body: bytes, *, allow_http: bool) -> tuple[str, ...]:
    """Return the address of each entry, in their order: its id, or the page it links to where the id is none.

    Raises ``BadFeed`` for what is no XML, has a document type, or is nested too deep.
    """
    reader = _Reader(allow_http)
    parser = expat.ParserCreate("utf-8", " ")
    parser.buffer_text = True
    parser.SetParamEntityParsing(expat.XML_PARAM_ENTITY_PARSING_NEVER)
    parser.StartDoctypeDeclHandler = _refuse
    parser.EntityDeclHandler = _refuse
    parser.ExternalEntityRefHandler = _refuse
    parser.StartElementHandler = reader.start
    parser.EndElementHandler = reader.end
    parser.CharacterDataHandler = reader.text
    try:
        parser.Parse(body, True)
    except _Enough:
        pass
    except expat.ExpatError as error:
        raise BadFeed("That is no XML.") from error
    return tuple(dict.fromkeys(reader.found))


class _Enough(Exception):
    """As many entries as anybody needs."""


def _refuse(*_: object) -> int:
    raise BadFeed("A feed needs no document type.")


class _Reader:
    """What is remembered between two tags: how deep we are, and the entry that is being read."""

    def __init__(self, allow_http: bool) -> None:
        self.found: list[str] = []
        self._allow_http = allow_http
        self._depth = 0
        self._entry = 0
        """The depth of the entry that we are in; 0 outside."""
        self._in_id = False
        self._id = ""
        self._page = ""

    def start(self, name: str, attributes: dict[str, str]) -> None:
        self._depth += 1
        if self._depth > DEEPEST:
            raise BadFeed("The feed is nested too deep.")
        if name == _ENTRY and not self._entry:
            self._entry, self._id, self._page = self._depth, "", ""
        elif self._entry and self._depth == self._entry + 1:
            self._in_id = name == _ID
            if name == _LINK and attributes.get("rel", "alternate") == "alternate":
                self._page = self._page or attributes.get("href", "")

    def end(self, _: str) -> None:
        if self._entry == self._depth:
            self._entry = 0
            address = next((one for one in (self._id.strip(), self._page.strip()) if self._usable(one)), "")
            if address:
                self.found.append(address)
            if len(self.found) >= MOST_ENTRIES:
                raise _Enough
        elif self._depth == self._entry + 1:
            self._in_id = False
        self._depth -= 1

    def text(self, data: str) -> None:
        if self._in_id and len(self._id) <= LONGEST:
            self._id += data[: LONGEST + 1]

    def _usable(self, address: str) -> bool:
        return len(address) <= LONGEST and is_http_url(address, self._allow_http)
