"""Text that would run if any place took it for markup, script, an address or a formula.

Every payload that can run sets or calls ``__xss``; every one that can become an element carries
``data-xss``. A test looks for both: what did not run may still have become an element.
"""

from __future__ import annotations

from typing import Any

RUN = "top.__xss=(top.__xss||0)+1"
MARKUP = (
    f"<script data-xss>{RUN}</script>",
    f"<ScRiPt data-xss>{RUN}</sCrIpT>",
    f"<script data-xss src=data:,{RUN}></script>",
    f"<img data-xss src=x onerror={RUN}>",
    f"<img data-xss src='x' onerror='{RUN}'>",
    f"<IMG DATA-XSS SRC=x ONERROR={RUN}>",
    f"<img/data-xss/src=x/onerror={RUN}>",
    f"<img data-xss src=x:x onerror\n={RUN}>",
    f"<<img data-xss src=x onerror={RUN}>",
    f"<svg data-xss onload={RUN}>",
    f"<svg data-xss><script>{RUN}</script></svg>",
    f"<svg data-xss/onload={RUN}//",
    f"<svg data-xss><animate onbegin={RUN} attributeName=x dur=1s>",
    f"<svg data-xss><a href=javascript:{RUN}><text>x</text></a></svg>",
    f"<svg data-xss><foreignObject><img src=x onerror={RUN}></foreignObject></svg>",
    f"<math data-xss><mi href=javascript:{RUN}>x</mi></math>",
    f"<math data-xss><mtext><table><mglyph><style><img src=x onerror={RUN}>",
    f"<details data-xss open ontoggle={RUN}>x</details>",
    f"<body data-xss onload={RUN}>",
    f"<input data-xss autofocus onfocus={RUN}>",
    f"<video data-xss src=x onerror={RUN}></video>",
    f"<audio data-xss src=x onerror={RUN}></audio>",
    f"<video data-xss><source onerror={RUN}></video>",
    f"<object data-xss data=javascript:{RUN}></object>",
    f"<embed data-xss src=javascript:{RUN}>",
    f"<iframe data-xss src=javascript:{RUN}></iframe>",
    f'<iframe data-xss srcdoc="<script>{RUN}</script>"></iframe>',
    f"<a data-xss href=javascript:{RUN}>x</a>",
    f"<form data-xss action=javascript:{RUN}><button>x</button></form>",
    f"<base data-xss href=javascript:{RUN}//>",
    f"<meta data-xss http-equiv=refresh content=0;url=javascript:{RUN}>",
    "<link data-xss rel=stylesheet href=//evil.example/x.css>",
    "<style data-xss>@import '//evil.example/x.css';</style>",
    "<div data-xss style=background:url(//evil.example/x)>x</div>",
    f"<x-ss data-xss style=animation:x onanimationstart={RUN}>x</x-ss>",
    f'<noscript><p title="</noscript><img data-xss src=x onerror={RUN}>">',
    f"<textarea></textarea><img data-xss src=x onerror={RUN}>",
    f"<template><img data-xss src=x onerror={RUN}></template>",
    f"<!--><img data-xss src=x onerror={RUN}>-->",
    f"<![CDATA[<img data-xss src=x onerror={RUN}>]]>",
    f"<?xml-stylesheet href='javascript:{RUN}'?><img data-xss src=x onerror={RUN}>",
)
BREAKOUTS = (
    f'"><img data-xss src=x onerror={RUN}>',
    f"'><img data-xss src=x onerror={RUN}>",
    f'" onmouseover={RUN} data-xss="',
    f"' onfocus={RUN} autofocus data-xss='",
    f"` onerror={RUN} data-xss=`",
    f"</script><img data-xss src=x onerror={RUN}>",
    f"</title></style></textarea></svg><img data-xss src=x onerror={RUN}>",
    f"];{RUN};//",
    f'";{RUN};//',
    f"';{RUN};//",
    f"\\';{RUN};//",
    f"${{{RUN}}}",
    f"`+({RUN})+`",
    f"{{{{constructor.constructor('{RUN}')()}}}}",
    f"{{% raw %}}{{{{ {RUN} }}}}",
    f"\u2028{RUN}\u2029",
    f"*/{RUN}/*",
    f"-->{RUN}<!--",
    f"]]><img data-xss src=x onerror={RUN}>",
)
TEXTS = (
    f"javascript:{RUN}",
    f"JaVaScRiPt:{RUN}",
    f"java\tscript:{RUN}",
    f"data:text/html,<script data-xss>{RUN}</script>",
    f"vbscript:{RUN}",
    f"&lt;img data-xss src=x onerror={RUN}&gt;",
    f"&#60;img data-xss src=x onerror={RUN}&#62;",
    f"%3Cimg data-xss src=x onerror={RUN}%3E",
    f"\\u003cimg data-xss src=x onerror={RUN}\\u003e",
    f"\u202e<img data-xss src=x onerror={RUN}>",
    f"\ufeff\u200b<img data-xss src=x onerror={RUN}>",
    f"[x](javascript:{RUN})",
    f'![x](x"onerror="{RUN})',
    f"<javascript:{RUN}>",
    f":red[<img data-xss src=x onerror={RUN}>]",
    f"expression({RUN})",
    "}*{background:url(//evil.example/x)}",
    f"$$\\href{{javascript:{RUN}}}{{x}}$$",
)
FORMULAS = (
    "=cmd|' /C calc'!A0",
    '=HYPERLINK("https://evil.example","x")',
    "+1+1",
    "-2+3",
    "@SUM(1)",
    "\t=1+1",
    "\r=1+1",
    "\n=1+1",
    "  =1+1",
    "\u00a0=1+1",
    "\u200b=1+1",
    "\ufeff=1+1",
    "|calc",
    "%=1",
    "＝1+1",
    "＋1",
    "－1",
    "＠SUM(1)",
    '";=1+1',
    "x\n=1+1",
    "'=1+1",
)
PAYLOADS = MARKUP + BREAKOUTS + TEXTS


def _common(n: int, text: str) -> dict[str, Any]:
    return {
        "provenance": "imported",
        "verified": "2026-01-05",
        "crafts": ["zellige"],
        "sources": [{"url": "", "label": text, "date": "2026-01-05"}],
    }


def buyer(n: int, text: str) -> dict[str, Any]:
    """A buyer all of whose texts are ``text``."""
    return {
        "type": "Feature",
        "id": f"attack-{n}",
        "geometry": {"type": "Point", "coordinates": [8 + n % 12 / 4, 49 + n // 12 / 5]},
        "properties": {
            "name": text,
            "kind": "concept_store",
            "country": "DE",
            "city": text,
            "relation_fr": text,
            "year": 2024,
            "website": "",
            "precision": "city",
            **_common(n, text),
        },
    }


def site(n: int, text: str) -> dict[str, Any]:
    """A site all of whose texts are ``text``."""
    return {
        "type": "Feature",
        "id": f"attack-{n}",
        "geometry": {"type": "Point", "coordinates": [-6 + n % 12 / 12, 32 + n // 12 / 12]},
        "properties": {
            "name_fr": text,
            "kind": "autre",
            "status": "active",
            "town": text,
            "commune": text,
            "province": "",
            "region": "08",
            "year_opened": 2004,
            "capacity_artisans": 3,
            "area_m2": None,
            "budget_mad": None,
            "women_only": None,
            "rural": None,
            "precision": "town",
            "fact_fr": text,
            "phone": text[:40],
            "verified_by": text[:120],
            **_common(n, text),
        },
    }


def fair(n: int, text: str) -> dict[str, Any]:
    """A fair all of whose texts are ``text``."""
    return {
        "id": f"attack-{n}",
        "name": text,
        "kind": "international",
        "country": "DE",
        "city": text,
        "venue": text,
        "months": [1],
        "edition": text,
        "year": 2026,
        "first": "2026-12-15",
        "last": "2026-12-19",
        "lon": 9.0 + n / 50,
        "lat": 48.0,
        "precision": "city",
        **_common(n, text),
    }


def report(n: int, text: str) -> dict[str, Any]:
    """A report all of whose texts are ``text``."""
    return {
        "id": f"attack-{n}",
        "date": "2026-01-05",
        "title": {"fr": text, "ar": text, "en": text},
        "kind": "tendance_produit",
        "markets": ["DE"],
        "crafts": ["zellige"],
        "named": [f"attack-{n}"],
        "places": [text],
        "notes": [
            {
                "id": f"N{n}",
                "date": "2026-01-05",
                "title_fr": text,
                "kind": "tendance_produit",
                "markets": ["DE"],
                "crafts": ["zellige"],
                "summary_fr": text,
                "key_figures": [{"label": text, "value": text, "unit": text, "name": text}],
                "organisations": [text],
                "sources": [{"url": "", "label": text, "date": "2026-01-05"}],
            }
        ],
    }


def market(raw: dict[str, Any], text: str) -> dict[str, Any]:
    """A market of the shipped data with ``text`` for all its texts."""
    return {
        **raw,
        "name": {"fr": text, "ar": text, "en": text},
        "capital": text,
        "evidence_fr": text,
    }


MAKERS = {"buyers": buyer, "sites": site, "fairs": fair, "reports": report}
