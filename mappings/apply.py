"""Apply a mapping to a frame of raw rows: canonical records on one side, findings on the other, nothing in between.

Columns are worked on one at a time and each rule sees every distinct value once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property

import polars as pl

from mappings import transforms
from mappings.checks import check_records, check_value
from mappings.choices import canonical, parts
from mappings.headers import find_columns
from mappings.identity import with_identity
from mappings.mapping import FieldRule, Mapping
from mappings.normalise import BETWEEN, Unfit, blank, fold
from mappings.passing import Scan, scan_of
from mappings.standards.fields import Field, Kind, Need
from words.errors import DriftError, Place
from words.languages import gettext as _

#: Columns that a connector adds to its raw rows; they are no headings of the system.
ORIGIN = "_origin"
ROW_KEY = "_row_key"
OWN_COLUMNS = frozenset({ORIGIN, ROW_KEY})


@dataclass(frozen=True, slots=True)
class Finding:
    """Why a row did not survive: its number in the raw frame, the field, the raw value, and the name of the rule."""

    row: int
    field: str
    value: str
    rule: str


@dataclass(frozen=True)
class Mapped:
    """What became of a raw frame.

    Attributes:
        records: canonical text columns in the standard's order, plus ``origin``, ``row_key``, ``record_id`` and
            ``fingerprint``; only rows without a finding (all usable rows of a ledger, all rows that a feed shows).
        findings: every reason why a row did not survive.
        rejected: the raw rows that did not survive, with their canonical values as far as they were readable.
        shown: the raw text of every field of the records.
        mapping: the version of the mapping that was applied.
    """

    records: pl.DataFrame
    findings: tuple[Finding, ...]
    rejected: pl.DataFrame
    shown: pl.DataFrame
    mapping: str

    @cached_property
    def changed(self) -> tuple[dict[str, str], ...]:
        """Per record, the raw text of every value that normalisation altered."""
        altered: dict[int, dict[str, str]] = {}
        # One query for all columns: each query costs about a millisecond, however small its frame is.
        differing = self.shown.select(
            ((pl.col(name) != self.records[name]) & (pl.col(name) != "")).fill_null(value=False)
            for name in self.shown.columns
        )
        for name in self.shown.columns:
            if differing[name].any():
                rows = differing[name].arg_true()
                for row, text in zip(rows.to_list(), self.shown[name].gather(rows).to_list(), strict=True):
                    altered.setdefault(row, {})[name] = text
        return tuple(altered.get(row, {}) for row in range(self.records.height))

    @property
    def quarantined(self) -> int:
        """The number of rows that did not survive."""
        return self.rejected.height


def apply(mapping: Mapping, raw: pl.DataFrame, *, place: Place | None = None) -> Mapped:
    """Map raw rows (text columns plus ``_origin`` and ``_row_key``) to canonical records.

    Raises:
        DriftError: two columns answer to one field, or a column that a mandatory field needs is not there.
    """
    headers = [name for name in raw.columns if name not in OWN_COLUMNS]

    def made(named: tuple[str, FieldRule]) -> _Column:
        return _column(mapping, *named, raw, headers, place or Place())

    if raw.height <= _FEW:
        columns = dict(zip(mapping.fields, map(made, mapping.fields.items()), strict=True))
    else:
        with ThreadPoolExecutor() as threads:  # one column alone is worked on on one core
            columns = dict(zip(mapping.fields, threads.map(made, mapping.fields.items()), strict=True))
    values = pl.DataFrame(
        {name: columns[name].values if name in columns else _nothing(mapping, raw) for name in mapping.standard.names}
    )
    findings = [finding for column in columns.values() for finding in column.findings]
    if mapping.partial:
        findings = _unusable(values)
    elif not mapping.as_shown:
        bad = {(finding.row, finding.field) for finding in findings}
        crossed = check_records(values, mapping.standard)
        findings += [
            Finding(row, field, values[field][row], rule) for row, field, rule in crossed if (row, field) not in bad
        ]
        findings += _not_taken(mapping, raw, headers)
    return _split(mapping, raw, values, columns, sorted(findings, key=lambda finding: finding.row))


#: Rows up to which looking each of them up costs less than one query of the engine.
_FEW = 10_000
#: The same of looking at a whole column for what passes, where making a value is the dearer part.
_SCANNED = 300
#: Values that tell about a column whether it repeats itself.
_SAMPLE = 1000


@dataclass(frozen=True, slots=True)
class _Column:
    values: pl.Series
    raw: pl.Series
    findings: tuple[Finding, ...]


def _split(
    mapping: Mapping,
    raw: pl.DataFrame,
    values: pl.DataFrame,
    columns: dict[str, _Column],
    findings: list[Finding],
) -> Mapped:
    shown = pl.DataFrame({name: column.raw for name, column in columns.items()})
    values = values.with_columns(origin=raw[ORIGIN], row_key=raw[ROW_KEY])
    failing = sorted({finding.row for finding in findings})
    rejected = pl.Series("row", failing, dtype=pl.UInt32)
    good, kept = values, shown
    if failing:
        sound = pl.repeat(True, raw.height, eager=True).scatter(rejected, False)
        good, kept = values.filter(sound), shown.filter(sound)
    return Mapped(
        records=with_identity(good, mapping.standard),
        findings=tuple(findings),
        rejected=values[rejected].insert_column(0, rejected),
        shown=kept,
        mapping=mapping.version,
    )


def _unusable(values: pl.DataFrame) -> list[Finding]:
    """A ledger row is usable when it says which decision it means: a document number, or a name with a date."""

    def unstated(name: str) -> pl.Expr:
        return pl.col(name).fill_null("") == "" if name in values.columns else pl.lit(True)

    nameless = unstated("name") | unstated("decision_date")
    rows = values.select(unstated("document_number") & nameless).to_series().arg_true().to_list()
    return [Finding(row, "document_number", "", "mandatory") for row in rows]


def _not_taken(mapping: Mapping, raw: pl.DataFrame, headers: list[str]) -> list[Finding]:
    """Find the rows that hold what no record can say in a column of no field: that they are void, for one."""
    return [
        Finding(row, header, text, "not-taken")
        for header, taken in mapping.only.items()
        for column in find_columns(headers, (header,))
        for row, text in enumerate(raw[column].fill_null("").to_list())
        if not blank(text) and fold(text) not in taken
    ]


def _nothing(mapping: Mapping, raw: pl.DataFrame) -> pl.Series:
    return pl.Series([None if mapping.partial else ""], dtype=pl.String).new_from_index(0, raw.height)


def _column(
    mapping: Mapping, name: str, rule: FieldRule, raw: pl.DataFrame, headers: list[str], place: Place
) -> _Column:
    field = mapping.standard.by_name[name]
    shown = _shown(rule, raw, headers, place, field, mandatory=field.need is Need.MANDATORY and not mapping.partial)
    if shown is None and rule.otherwise is not None:
        return _column(mapping, name, rule.otherwise, raw, headers, place)
    if shown is None:
        return _Column(_nothing(mapping, raw), pl.Series([""], dtype=pl.String).new_from_index(0, raw.height), ())
    lenient = mapping.partial or mapping.as_shown
    nothing = None if mapping.partial and rule.otherwise is None else ""
    plain = not rule.transforms and rule.codes is None and nothing is not None
    scan = scan_of(field, checked=not lenient) if plain else None
    values, rules = _over_distinct(shown, scalar(rule, field, checked=not lenient), nothing, scan)
    if rule.otherwise is not None and (values == "").any():
        second = _column(mapping, name, rule.otherwise, raw, headers, place)
        use = (values == "") & ((second.values.fill_null("") != "") | second.raw.ne(""))
        values = values.zip_with(~use, second.values)
        rules = rules.zip_with(~use, _rules_of(second, raw.height))
        shown = shown.zip_with(~use, second.raw)
    if mapping.partial and rule.otherwise is not None:
        values = pl.select(pl.when(values != "").then(values)).to_series()
    sound = lenient or rules.null_count() == raw.height
    if sound:
        return _Column(values, shown, ())
    bad = rules.is_not_null().arg_true()
    told = zip(bad.to_list(), shown.gather(bad).to_list(), rules.gather(bad).to_list(), strict=True)
    return _Column(values, shown, tuple(Finding(row, name, text, failed) for row, text, failed in told))


def _rules_of(column: _Column, height: int) -> pl.Series:
    by_row = {finding.row: finding.rule for finding in column.findings}
    return pl.Series([by_row.get(row) for row in range(height)], dtype=pl.String)


def _shown(
    rule: FieldRule, raw: pl.DataFrame, headers: Sequence[str], place: Place, field: Field, *, mandatory: bool
) -> pl.Series | None:
    """Return the raw column of a rule, or None where the system has no such column."""
    if rule.constant is not None:
        return pl.Series([rule.constant], dtype=pl.String).new_from_index(0, raw.height)
    found = find_columns(list(headers), rule.headers)
    if len(found) > 1:
        raise DriftError(
            "two-columns",
            _("Two columns answer to the field “{field}”: {columns}.").format(
                field=field.label, columns=", ".join(found)
            ),
            todo=_("Take one of the two headings out of the mapping or out of the sheet."),
            place=_at(place, field),
        )
    if not found and mandatory and raw.height and not rule.otherwise:
        raise DriftError(
            "column-missing",
            _("There is no column for the field “{field}”; looked for: {columns}.").format(
                field=field.label, columns=", ".join(rule.headers)
            ),
            todo=_("Compare the system's headings with the mapping and correct the mapping."),
            place=_at(place, field),
        )
    if not found:
        return None
    return raw[found[0]].fill_null("") if raw[found[0]].null_count() else raw[found[0]]


def _at(place: Place, field: Field) -> Place:
    return Place(
        file=place.file, sheet=place.sheet, row=place.row, system=place.system, url=place.url, field=field.label
    )


def scalar(rule: FieldRule, field: Field, *, checked: bool) -> Callable[[str], tuple[str, str | None]]:
    """Return what makes a raw value canonical, or gives it back as it stands with the rule that it fails."""
    steps = [transforms.build(step) for step in rule.transforms]

    def make(shown: str) -> tuple[str, str | None]:
        try:
            text = shown
            for step in steps:
                text = text if blank(text) else step(text)
            if rule.codes is not None and not blank(text):
                text = _decoded_all(field, text, rule.codes)
            value = canonical(field, text)
        except Unfit as unfit:
            return _as_it_stands(field, shown), unfit.rule
        try:
            if checked:
                check_value(field, value)
        except Unfit as unfit:
            return value and _as_it_stands(field, shown), unfit.rule
        return value, None

    return make


def _as_it_stands(field: Field, shown: str) -> str:
    """A value without a canonical form still has to be comparable and searchable."""
    try:
        return canonical(field, shown)
    except Unfit:
        return fold(shown)


def _decoded_all(field: Field, text: str, codes: dict[str, str]) -> str:
    if field.kind is Kind.CHOICES and fold(text) not in codes:
        return BETWEEN.join(_decoded(part, codes) for part in parts(text))
    return _decoded(text, codes)


def _decoded(text: str, codes: dict[str, str]) -> str:
    """Look a code up; ``06-补办`` keeps its note behind the text of ``06``."""
    code, dash, note = fold(text).partition("-")
    if fold(text) in codes:
        return codes[fold(text)]
    if dash and code in codes:
        return f"{codes[code]}-{note}"
    raise Unfit("code-not-in-table")


def _over_distinct(
    shown: pl.Series,
    make: Callable[[str], tuple[str, str | None]],
    nothing: str | None,
    scan: Scan | None = None,
) -> tuple[pl.Series, pl.Series]:
    """Make every distinct value once, but those that ``scan`` lets pass; ``nothing`` stands where there is none."""
    if scan is not None and shown.len() > _SCANNED and not _repeats(shown):
        return _over_strays(shown, make, nothing, scan)
    if shown.len() <= _FEW:
        texts = shown.to_list()
        memory = {text: make(text) for text in dict.fromkeys(texts)}
        made = [memory[text] for text in texts]
        return _texts(value or nothing for value, _rule in made), _texts(rule for _value, rule in made)
    distinct = shown.unique()
    made = [make(value) for value in distinct.to_list()]
    table = pl.DataFrame(
        {
            "shown": distinct,
            "value": _texts(value or nothing for value, _rule in made),
            "rule": _texts(rule for _value, rule in made),
        }
    )
    joined = pl.DataFrame({"shown": shown}).join(table, on="shown", how="left", maintain_order="left")
    return joined["value"], joined["rule"]


def _repeats(shown: pl.Series) -> bool:
    """Whether the values seem to be few, so that finding the distinct ones costs less than a look at every text."""
    sample = shown.gather_every(max(1, shown.len() // _SAMPLE))
    return sample.n_unique() * 4 < sample.len()


def _over_strays(
    shown: pl.Series, make: Callable[[str], tuple[str, str | None]], nothing: str | None, scan: Scan
) -> tuple[pl.Series, pl.Series]:
    """Let pass what passes, then what passes when it is tidied, and make the rest."""
    values, rules = shown, pl.repeat(None, shown.len(), dtype=pl.String, eager=True)
    rows, left = pl.int_range(shown.len(), dtype=pl.UInt32, eager=True), shown
    for tidy in (None, scan.tidied):
        texts = tidy(left) if tidy else left
        passed = scan.passes(texts)
        if tidy and passed.any():
            values = values.clone().scatter(rows.filter(passed), texts.filter(passed))
        if passed.all():
            return values, rules
        rows, left = rows.filter(~passed), left.filter(~passed)
    made, failed = _over_distinct(left, make, nothing)
    return values.clone().scatter(rows, made), rules.scatter(rows, failed)


def _texts(values: Iterable[str | None]) -> pl.Series:
    return pl.Series(list(values), dtype=pl.String)
