"""A parsed GET request about a view: the decoded view, the other parameters, the user's rights."""

from __future__ import annotations

from starlette.requests import Request

from geo.core.errors import BadRequest, Notice
from geo.i18n.words import Words, words
from geo.model.address import decode
from geo.model.view import FIELDS, ViewState
from geo.query.current import current
from geo.query.engine import Query
from geo.web.access import whoami
from geo.web.masking import SEES


class ViewRequest:
    """A parsed request: the view it describes and the parameters beside it."""

    def __init__(self, request: Request) -> None:
        self.params = dict(request.query_params)
        self.path = request.path_params
        #: Whether the reader may see personal data.
        self.seen = whoami(request).may(SEES)
        self.query: Query = current()
        self.view: ViewState
        self.notices: list[Notice]
        # A pasted request may be longer than an address: only the view is an address.
        own = {k: v for k, v in self.params.items() if k in FIELDS or k == "v"}
        self.view, self.notices = decode(own, self.query.catalogue)

    @property
    def t(self) -> Words:
        """Localizer of the view's language."""
        return words(self.view.lang)

    def number(self, name: str, default: int, low: int, high: int) -> int:
        """Parse an integer parameter within bounds."""
        text = self.params.get(name, str(default))
        if not text.isascii() or not text.isdigit() or not low <= int(text[:9]) <= high:
            raise BadRequest("error.bad_parameter", name=name, value=text[:40])
        return int(text)

    def zoom(self) -> float:
        """Parse the Leaflet zoom level."""
        text = self.params.get("zoom", "")
        try:
            value = float(text)
        except ValueError:
            value = -1.0
        if not 0 <= value <= 20:
            raise BadRequest("error.bad_zoom", value=text[:40])
        return value
