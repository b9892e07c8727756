"""HTML pages from templates: what fills them is data, so everything is escaped."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from geo.model import palette

if TYPE_CHECKING:
    from jinja2 import Environment


def render(folder: Path, name: str, /, **values: Any) -> str:
    """The page of a template, which must use no value that is not given, but the palette's."""
    return _environment(folder).get_template(name).render(**values)


@cache
def _environment(folder: Path) -> Environment:
    import jinja2  # here: it costs every start, and few pages are made so

    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(folder),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
    )
    environment.globals["palette"] = palette
    return environment
