"""XML reader for untrusted files, through expat: no document type, no entities, bounded depth."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from xml.parsers import expat

from geo.curate.imports.problems import ImportRejected
from geo.curate.imports.source_table import Clock

MAX_DEPTH = 60


class Walker:
    """Calls back for elements by their local names.

    Parameters
    ----------
    start, end : called with the local name (and the attributes, by local name).
    text : called with character data.
    corrupt : code of the refusal when it is no XML.
    """

    def __init__(
        self,
        start: Callable[[str, Mapping[str, str]], None],
        end: Callable[[str], None],
        text: Callable[[str], None],
        corrupt: str,
        clock: Clock,
    ) -> None:
        self._parser = expat.ParserCreate()
        self._parser.buffer_text = True
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end
        self._parser.CharacterDataHandler = text
        self._parser.StartDoctypeDeclHandler = self._doctype
        self._parser.EntityDeclHandler = self._doctype
        self._begin, self._finish = start, end
        self._corrupt, self._clock = corrupt, clock
        self._depth = 0
        self._names: dict[str, str] = {}

    def feed(self, part: bytes) -> None:
        """More of the document."""
        self._clock.check()
        try:
            self._parser.Parse(part, False)
        except (expat.ExpatError, ValueError, LookupError) as error:
            raise ImportRejected(self._corrupt) from error

    def close(self) -> None:
        """The end of the document."""
        try:
            self._parser.Parse(b"", True)
        except (expat.ExpatError, ValueError, LookupError) as error:
            raise ImportRejected(self._corrupt) from error

    def _doctype(self, *_: object) -> None:
        raise ImportRejected("XML_DTD")

    def _local(self, name: str) -> str:
        known = self._names.get(name)
        if known is None:
            known = name.rpartition(":")[2][:80]
            if len(self._names) < 2000:
                self._names[name] = known
        return known

    def _start(self, name: str, attributes: Mapping[str, str]) -> None:
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise ImportRejected("XML_TOO_DEEP")
        self._begin(self._local(name), attributes)

    def _end(self, name: str) -> None:
        self._depth -= 1
        self._finish(self._local(name))
