"""Query engine: view state and catalogue to matching rows and facet counts.

Several values in one filter mean "at least one"; filters combine with "and". A filter
narrows only the collections it concerns (``FIELDS[...].concerns``): a market says nothing
about Moroccan sites, a region nothing about foreign buyers.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import cached_property, lru_cache

import numpy as np

from geo.core import clock
from geo.model.freshness import market_ranks
from geo.model.records import AGE_STEPS, CRAFTS, Catalogue, Report
from geo.model.view import FACETS, FIELDS, FILTERS, RECORDS, FieldInfo, ViewState
from geo.query.columns import READERS, Columns, build_columns
from geo.query.report_match import ReportIndex, covers_codes
from geo.query.search import Search

CRAFT_BIT = {craft: 1 << i for i, craft in enumerate(CRAFTS)}


class Query:
    """Query engine over one version of the catalogue. Read-only and thread-safe.

    Parameters
    ----------
    today : reference day of ages; None: the day of construction.
    """

    def __init__(self, catalogue: Catalogue, today: date | None = None) -> None:
        self.catalogue = catalogue
        self.today = today or clock.today()
        self.columns: Mapping[str, Columns] = {
            name: build_columns(catalogue, name, self.today) for name in RECORDS
        }
        self.search = Search(catalogue, self.columns)
        self.reports = ReportIndex(catalogue, self.search)
        # A text is typed once and then filtered, panned and zoomed many times.
        self._text_rows = lru_cache(maxsize=24)(self.search.rows)
        # One click asks for the same mask three times: map, table, overview.
        self._masks = lru_cache(maxsize=9)(self._mask)
        self._failed = lru_cache(maxsize=9)(self._fail)

    # --- rows -------------------------------------------------------------------------

    def passing(self, collection: str, view: ViewState) -> np.ndarray:
        """Mask (n,) of the rows that pass every filter, in curve order; read-only."""
        kept = {i.name: getattr(view, i.name) for i in FILTERS if collection in i.concerns}
        return self._masks(collection, ViewState(**kept))

    def _mask(self, collection: str, view: ViewState) -> np.ndarray:
        columns = self.columns[collection]
        mask: np.ndarray = (self._failures(collection, view) == 0)[columns.signature]
        if view.q:
            mask &= self._text_rows(collection, view.q)
        mask.flags.writeable = False
        return mask

    def tally(self, collection: str, name: str, view: ViewState) -> dict[str, int]:
        """How many matching records carry each value of a filter."""
        passing = np.flatnonzero(self._failures(collection, view) == 0)
        return self._tally(collection, FIELDS[name], passing, self._weights(collection, view))

    def matching_reports(self, view: ViewState) -> list[Report]:
        """The reports that pass every filter, newest first."""
        return self.reports.matching(view)

    def counts(self, view: ViewState) -> dict[str, int]:
        """How many records of each collection pass every filter."""
        found = {
            name: int(self._weights(name, view)[self._failures(name, view) == 0].sum())
            for name in RECORDS
        }
        return {**found, "reports": len(self.matching_reports(view))}

    def named_rows(self, collection: str, view: ViewState) -> frozenset[str]:
        """Ids of the records that the selected reports name: the map marks them."""
        if collection != "buyers":
            return frozenset()
        chosen = (self.catalogue.report_by_id[r] for r in view.report)
        return frozenset(id_ for report in chosen for id_ in report.named)

    def codes(self, name: str) -> tuple[str, ...]:
        """The codes of a filter, in display order."""
        return FIELDS[name].codes(self.catalogue)

    @cached_property
    def demo_count(self) -> int:
        """How many records are generated."""
        return sum(self.counts(ViewState(origin=("demo",)))[name] for name in RECORDS)

    @cached_property
    def market_ranks(self) -> Mapping[str, int]:
        """Code of each market -> index of the age step of the last report that names it."""
        return market_ranks(self.catalogue, self.today)

    # --- facets -----------------------------------------------------------------------

    def facet_counts(self, view: ViewState) -> dict[str, dict[str, int]]:
        """For each facet, how many records each of its values would leave.

        The counts follow every other filter and ignore the facet's own picks. A record is
        counted in the collections that the facet concerns; reports are not counted: what is
        counted can be placed on the map.
        """
        found = {info.name: {code: 0 for code in info.codes(self.catalogue)} for info in FACETS}
        for name in RECORDS:
            failures = self._failures(name, view)
            weights = self._weights(name, view)
            passing, once = np.flatnonzero(failures == 0), np.flatnonzero(failures <= 1)
            for info in FACETS:
                if name in info.concerns:
                    picked, counted = getattr(view, info.name), passing
                    if picked:  # those it alone refuses count too
                        counted = once[failures[once] == self._fails(name, info, picked)[once]]
                    for code, count in self._tally(name, info, counted, weights).items():
                        found[info.name][code] += count
        return found

    def _tally(
        self, collection: str, info: FieldInfo, counted: np.ndarray, weights: np.ndarray
    ) -> dict[str, int]:
        """Records of the signatures ``counted`` (positions) for each value of a filter."""
        columns = self.columns[collection]
        codes = info.codes(self.catalogue)
        left = weights[counted]
        if info.name in self._several[collection]:
            group, members = self._several[collection][info.name]
            sums = members @ np.bincount(group[counted], weights=left, minlength=members.shape[1])
            return {code: int(count) for code, count in zip(codes, sums, strict=True)}
        index = columns.codes[info.name][counted]
        known = index >= 0
        sums = np.bincount(index[known], weights=left[known], minlength=len(codes))
        return {code: int(count) for code, count in zip(codes, sums, strict=True)}

    def ages(self, view: ViewState) -> dict[str, int]:
        """How many records of each age pass every other filter."""
        found = dict.fromkeys(AGE_STEPS, 0)
        every = view.cleared("fresh")
        for name in RECORDS:
            passing = np.flatnonzero(self._failures(name, every) == 0)
            sums = np.bincount(
                self.columns[name].codes["fresh"][passing],
                weights=self._weights(name, every)[passing],
                minlength=len(AGE_STEPS),
            )
            for step, count in zip(AGE_STEPS, sums, strict=True):
                found[step] += int(count)
        return found

    def blame(self, collection: str, view: ViewState) -> tuple[FieldInfo, bool] | None:
        """Find the filter that emptied a collection.

        Returns
        -------
        The filter, and whether lifting it alone brings records back; None when the
        collection is not empty or no filter concerns it.
        """
        if self.counts(view)[collection]:
            return None
        active = [i for i in FILTERS if collection in i.concerns and getattr(view, i.name)]
        if not active:
            return None
        without = {i.name: self.counts(view.cleared(i.name))[collection] for i in active}
        best = max(active, key=lambda i: without[i.name])
        if without[best.name]:
            return best, True
        alone = {
            i.name: self.counts(view.cleared().with_(**{i.name: getattr(view, i.name)}))[collection]
            for i in active
        }
        return min(active, key=lambda i: alone[i.name]), False

    # --- signatures -------------------------------------------------------------------

    def _weights(self, collection: str, view: ViewState) -> np.ndarray:
        """(s,) rows per signature, only those whose text matches."""
        columns = self.columns[collection]
        if not view.q:
            return columns.weights
        rows = self._text_rows(collection, view.q)
        return np.bincount(columns.signature[rows], minlength=len(columns.weights))

    def _failures(self, collection: str, view: ViewState) -> np.ndarray:
        """(s,) how many filters each signature fails; read-only."""
        kept = {i.name: getattr(view, i.name) for i in FACETS if collection in i.concerns}
        return self._failed(collection, ViewState(fresh=view.fresh, **kept))

    def _fail(self, collection: str, view: ViewState) -> np.ndarray:
        failures = np.zeros(len(self.columns[collection].weights), np.int8)
        if view.fresh:
            failures += self.columns[collection].codes["fresh"] > AGE_STEPS.index(view.fresh)
        for info in FACETS:
            picked = getattr(view, info.name)
            if picked and collection in info.concerns:
                failures += self._fails(collection, info, picked)
        failures.flags.writeable = False
        return failures

    def _fails(self, collection: str, info: FieldInfo, picked: tuple[str, ...]) -> np.ndarray:
        """(s,) whether each signature fails one filter; nothing fails an empty one."""
        columns = self.columns[collection]
        if not picked:
            return np.zeros(len(columns.weights), bool)
        if info.name == "report":
            unreported: np.ndarray = ~np.logical_or.reduce(
                [self._reported(collection, r) for r in picked]
            )
            return unreported
        if info.name in columns.bits:
            wanted = sum(CRAFT_BIT[c] for c in picked)
            without: np.ndarray = columns.bits[info.name] & wanted == 0
            return without
        codes = info.codes(self.catalogue)
        passes = np.zeros(len(codes) + 1, bool)
        passes[[codes.index(c) for c in picked]] = True
        result: np.ndarray = ~passes[columns.codes[info.name]]
        return result

    def _reported(self, collection: str, report_id: str) -> np.ndarray:
        """(s,) whether a report covers or names each signature."""
        return self._reported_masks[collection][report_id]

    @cached_property
    def _several(self) -> dict[str, dict[str, tuple[np.ndarray, np.ndarray]]]:
        """The filters that a record may pass with several values.

        Signatures that carry the same values are one group: a count adds up the groups, and one
        small product spreads them to the values.

        Returns
        -------
        collection -> filter -> (s,) group of each signature, (values, groups) membership.
        """
        found: dict[str, dict[str, tuple[np.ndarray, np.ndarray]]] = {}
        for name, columns in self.columns.items():
            reports = [self._reported(name, code) for code in self.codes("report")]
            carried = {
                "report": np.array(reports, bool).reshape(len(reports), len(columns.weights))
            }
            for field, bits in columns.bits.items():
                carried[field] = np.array(
                    [(bits >> i) & 1 for i in range(len(self.codes(field)))], bool
                )
            found[name] = {field: _grouped(members) for field, members in carried.items()}
        return found

    @cached_property
    def _reported_masks(self) -> dict[str, dict[str, np.ndarray]]:
        return {
            name: {r.id: self._cover(name, r) for r in self.catalogue.reports} for name in RECORDS
        }

    def _cover(self, collection: str, report: Report) -> np.ndarray:
        columns = self.columns[collection]
        covered = np.ones(len(columns.weights), bool)
        for name, codes in covers_codes(report).items():
            if codes and name in READERS[collection]:
                known = tuple(c for c in codes if c in FIELDS[name].codes(self.catalogue))
                # A report on markets that are not ours covers none of our buyers.
                covered &= ~self._fails(collection, FIELDS[name], known) if known else False
        names = np.array([report.id in s for s in columns.named_sets])
        result: np.ndarray = covered | names[columns.named]
        return result


def _grouped(members: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Group of each column of a boolean matrix, and the matrix of one column per group."""
    packed = np.ascontiguousarray(np.packbits(members, axis=0).T)
    if not packed.size:
        return np.zeros(members.shape[1], np.int64), members[:, :1].astype(float)
    rows = packed.view(np.dtype((np.void, packed.shape[1]))).ravel()
    _, first, group = np.unique(rows, return_index=True, return_inverse=True)
    return group, members[:, first].astype(float)
