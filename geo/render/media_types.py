"""Media types of the formats that a scene is rendered in."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

#: Ending -> media type.
MEDIA: Mapping[str, str] = MappingProxyType(
    {
        "png": "image/png",
        "svg": "image/svg+xml",
        "pdf": "application/pdf",
        "pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
        "html": "text/html; charset=utf-8",
    }
)
