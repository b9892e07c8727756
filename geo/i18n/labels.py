"""Localized labels of codes, records and notices."""

from __future__ import annotations

from geo.core.errors import Notice
from geo.i18n.words import Words
from geo.model.problems import Problem
from geo.model.records import UNVERIFIED, Buyer, Catalogue, Fair, Market, Report, Site
from geo.model.view import FieldInfo

#: The collection of a record class, and back.
COLLECTION_OF = {"buyer": "buyers", "site": "sites", "maison": "maisons", "report": "reports"}


def value_label(info: FieldInfo, code: str, catalogue: Catalogue, t: Words) -> str:
    """Label of one value of a filter."""
    if info.name == "market":
        market = catalogue.market_by_code.get(code)
        return t.pick(market.name) if market else t.country(code)
    if info.name in ("region", "province"):
        return area_name(catalogue, code, t)
    if info.name == "report":
        report = catalogue.report_by_id.get(code)
        return title_of(report, t) if report else code
    return t(f"{info.name}.{code}") if info.values else code


def chip_label(info: FieldInfo, code: str, catalogue: Catalogue, t: Words) -> str:
    """Phrase of one active filter value in the sentence above the map."""
    value = code if info.name in ("q", "report") else value_label(info, code, catalogue, t)
    return t(f"phrase.{info.name}", value=value)


def area_name(catalogue: Catalogue, code: str, t: Words) -> str:
    """The name of a region or province; the code when unknown, empty when empty."""
    area = catalogue.area_by_code.get(code)
    return t.pick(area.name) if area else code


def agreements_text(market: Market, t: Words) -> str:
    """Trade agreements of a market, marked as unverified where they are."""
    text = " · ".join(t(f"agreement.{code}") for code in market.agreements)
    unverified = text and market.agreement_source in UNVERIFIED
    return t("agreement.unverified", agreements=text) if unverified else text


def crafts_text(crafts: tuple[str, ...], t: Words) -> str:
    """The names of some crafts, separated by a middle dot."""
    return " · ".join(t(f"craft.{c}") for c in crafts)


def kind_label(record: Buyer | Site | Report | Fair, t: Words) -> str:
    """Label of the kind of a buyer, site, report or fair."""
    if isinstance(record, Fair):
        return t(f"support.fair.{record.kind}")
    if isinstance(record, Report):
        return t(f"report_kind.{record.kind}")
    return t(f"{'buyer' if isinstance(record, Buyer) else 'site'}.{record.kind}")


def where(record: Buyer | Site, catalogue: Catalogue, t: Words) -> str:
    """City and country of a buyer, town and province of a site."""
    if isinstance(record, Buyer):
        parts = [record.city, t.country(record.country)]
    else:
        parts = [
            record.town or record.commune,
            area_name(catalogue, record.province, t) or area_name(catalogue, record.region, t),
        ]
    return t("ui.comma").join(dict.fromkeys(p for p in parts if p))


def notice_text(notice: Notice, t: Words) -> str:
    """Localized text of a notice."""
    values = dict(notice.values)
    if "field" in values:
        values["field"] = t(f"facet.{values['field']}")
    return t(notice.key, **values)


def problem_text(problem: Problem, t: Words) -> str:
    """Localized sentence of one problem of the data."""
    return t(
        f"problem.{problem.code}",
        file=problem.file,
        record=problem.record,
        field=problem.field,
        value=problem.value,
    )


def is_open(record: Buyer | Site) -> bool:
    """Whether a record is active; a buyer always is."""
    return isinstance(record, Buyer) or record.status == "active"


def is_demo(record: Buyer | Site) -> bool:
    """Whether a record was generated."""
    return record.provenance == "demo"


#: The shape of a facility on the map: kinds of one use look alike.
FORMS = ("complex", "sale", "training", "maison", "other")
_FORM = {
    "complexe_artisanal": "complex",
    "ensemble_artisanal": "complex",
    "village_artisanal": "complex",
    "espace_commercialisation": "sale",
    "centre_formation": "training",
}


def form_of(site: Site) -> str:
    """The shape of a facility."""
    return "maison" if site.class_ == "maison" else _FORM.get(site.kind, "other")


def title_of(record: Buyer | Site | Report | Fair, t: Words) -> str:
    """The name of a record; the title of a report, with its language when nobody translated it."""
    if not isinstance(record, Report):
        return record.name
    title = t.pick(record.title)
    foreign = record.lang not in ("", t.lang) and title == record.title.get(record.lang)
    return f"{title} ({t.locale.languages[record.lang]})" if foreign else title
