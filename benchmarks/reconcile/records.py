"""Made-up licences of the standard's 28 fields, as many as wanted, and what another system shows of the same ones.

Every value follows from the number of its row, so that two runs measure the same bytes.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import polars as pl

from mappings.identity import with_identity
from mappings.standards import LICENCE

KEYS = ("document_number", "name")
VARIANTS = ("row", "cell")
#: Shares of the rows of a side: missing on the other one, standing twice, differing (also: of all cells).
MISSING, TWICE, DIFFERING = 200, 1000, 100
_PERSON, _COMPANY = "身份证", "法人及非法人组织"
_CITIES = ("晨光市", "临江市", "安平市", "东岭市", "秀水市", "长河市", "永宁市", "青山市", "南浦市", "北原市")
_SYLLABLES = tuple("安邦博昌辰诚大德鼎东方丰福光广国海和恒宏华汇惠吉佳建江金锦景凯康科乐利联龙隆美明铭宁鹏普启千荣瑞")
_TRADES = ("建筑工程", "餐饮管理", "医疗器械", "物业服务", "道路运输", "食品销售", "出版印刷", "劳务派遣")
_FAMILY = tuple("王李张刘陈杨黄赵周吴徐孙马朱胡郭何林罗高")
_GIVEN = tuple("伟芳娜敏静丽强磊军洋勇艳杰娟涛明超霞平刚")
_USCC = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_USCC_WEIGHTS = (1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28)
_CITIZEN_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)


def licences(first: int, rows: int) -> pl.DataFrame:
    """Return the licences with the numbers ``first`` to ``first + rows``, canonical and in the standard's order."""
    n = pl.int_range(first, first + rows, eager=True)
    authority = _drawn(n, 1, 60)
    decided, trade = _drawn(n, 2, 1800), _drawn(n, 3, len(_TRADES))
    person = _text(_drawn(n, 4, 20), _FAMILY) + _text(_drawn(n, 5, 20), _GIVEN) + _text(_drawn(n, 6, 20), _GIVEN)
    city, what = _text(_drawn(n, 7, len(_CITIES)), _CITIES), _text(trade, _TRADES)
    syllables = len(_SYLLABLES)
    brand = _text(_drawn(n, 8, syllables), _SYLLABLES) + _text(_drawn(n, 9, syllables), _SYLLABLES)
    brand += _text(n % syllables, _SYLLABLES)
    office = _text(authority % 10, _CITIES) + "行政审批局第" + (authority + 1).cast(pl.String) + "分局"
    office_code = _uscc(authority + 11_100_000_000_000_000)
    made = {
        "name": city + brand + what + "有限公司",
        "counterpart_type": _same(_COMPANY, rows),
        "uscc": _uscc(n + 91_110_100_000_000_000),
        "legal_representative": person,
        "representative_id_type": _same(_PERSON, rows),
        "representative_id_number": _citizen(n),
        "document_name": _same("准予行政许可决定书", rows),
        "document_number": "审批许〔202" + (n % 5).cast(pl.String) + "〕" + n.cast(pl.String).str.zfill(8) + "号",
        "licence_kind": _text(_drawn(n, 10, 5), ("普通", "特许", "认可", "核准", "登记")),
        "certificate_name": what + "许可证",
        "certificate_number": "XK" + (n + 37_000_000_000_000).cast(pl.String),
        "content": "经审查，准予在"
        + city
        + brand
        + "路"
        + (_drawn(n, 11, 900) + 1).cast(pl.String)
        + "号从事"
        + what
        + "，核定面积"
        + _drawn(n, 12, 5000).cast(pl.String)
        + "平方米。",
        "decision_date": _day(decided),
        "valid_from": _day(decided + 1),
        "valid_until": _day(decided + 1096),
        "authority_name": office,
        "authority_code": office_code,
        "status": _text((_drawn(n, 13, 20) > 0).cast(pl.Int64), ("无效", "有效")),
        "source_unit_name": office,
        "source_unit_code": office_code,
    }
    return pl.DataFrame({name: made.get(name, _same("", rows)) for name in LICENCE.names})


def other_side(own: pl.DataFrame, variant: str, seed: int) -> pl.DataFrame:
    """Return what another system shows of the same licences: some missing, new, twice or differing, and all shuffled.

    The two keys never differ. ``row``: one row of a hundred differs in one or two fields; ``cell``: one value of a
    hundred in every field.
    """
    rows = own.height
    kept = own.filter(pl.int_range(pl.len()).hash(seed) % MISSING != 0)
    new = licences(rows * (seed + 1), rows // MISSING)
    here = pl.int_range(pl.len())
    fields = [name for name in LICENCE.names if name not in KEYS]
    if variant == "row":
        hit = here.hash(seed + 1) % DIFFERING == 0
        place, second = here.hash(seed + 2) % len(fields), here.hash(seed + 3) % (2 * len(fields))
        differs = [hit & ((place == number) | (second == number)) for number in range(len(fields))]
    else:
        differs = [here.hash(seed + 10 + number) % DIFFERING == 0 for number in range(len(fields))]
    changed = [
        pl.when(hit).then(pl.col(name) + "改").otherwise(name) for name, hit in zip(fields, differs, strict=True)
    ]
    twice = kept.filter(pl.int_range(pl.len()).hash(seed + 4) % TWICE == 0)
    shown = pl.concat([kept.with_columns(changed), new, twice])
    return shown.sample(fraction=1, shuffle=True, seed=seed)


def with_own_columns(records: pl.DataFrame, side: str) -> pl.DataFrame:
    """Add what the product keeps beside the fields: who a record is, what it says, and where it stands."""
    origin = pl.concat_str(pl.lit(f"{side} › "), pl.int_range(1, pl.len() + 1))
    extra = {"source": "malformed", "ledger": "row_key", "feed": "received"}[side]
    return with_identity(records, LICENCE).with_columns(origin.alias("origin"), pl.lit("").alias(extra))


def raw(records: pl.DataFrame) -> pl.DataFrame:
    """Return the same as a system shows it: two cells of a hundred are untidy, and days are written in four forms."""
    here = pl.int_range(pl.len())
    untidy = []
    for number, field in enumerate(LICENCE.fields):
        value, hit = pl.col(field.name), here.hash(90 + number) % 50 == 0
        if field.kind == "date":
            year, month, day = value.str.slice(0, 4), value.str.slice(5, 2), value.str.slice(8, 2)
            forms = [
                value,
                value.str.replace_all("-", "/"),
                year + month + day,
                year + "年" + month + "月" + day + "日",
            ]
            form = here.hash(80 + number) % len(forms)
            shown = pl.when(form == 1).then(forms[1]).when(form == 2).then(forms[2]).when(form == 3).then(forms[3])
            untidy.append(shown.otherwise(value).alias(field.name))
        else:
            untidy.append(pl.when(hit & (value != "")).then(value + "\N{IDEOGRAPHIC SPACE}").otherwise(value))
    told = records.with_columns(untidy)
    labels = {field.name: field.label for field in LICENCE.fields}
    return told.rename(labels).with_columns(_origin=pl.lit("原始"), _row_key=here.cast(pl.String))


def lay_out(folder: Path, rows: int, variants: Sequence[str]) -> Path:
    """Write the sides of one size as parquet, unless they lie there from before; returns where."""
    place = folder / str(rows)
    place.mkdir(parents=True, exist_ok=True)
    if not (place / "source.parquet").exists():
        own = licences(0, rows)
        raw(own).write_parquet(place / "raw.parquet")
        with_own_columns(own, "source").write_parquet(place / "source.parquet")
    for variant in variants:
        for number, side in enumerate(("ledger", "feed"), start=1):
            file = place / f"{side}-{variant}.parquet"
            if not file.exists():
                own = pl.read_parquet(place / "source.parquet", columns=list(LICENCE.names))
                with_own_columns(other_side(own, variant, number), side).write_parquet(file)
    return place


def _drawn(n: pl.Series, seed: int, below: int) -> pl.Series:
    return (n.hash(seed) % below).cast(pl.Int64)


def _text(numbers: pl.Series, words: Sequence[str]) -> pl.Series:
    return pl.Series(words, dtype=pl.String).gather(numbers)


def _same(text: str, rows: int) -> pl.Series:
    return pl.Series([text], dtype=pl.String).new_from_index(0, rows)


def _day(days: pl.Series) -> pl.Series:
    return (days + 18_262).cast(pl.Int32).cast(pl.Date).dt.to_string("%Y-%m-%d")


def _uscc(numbers: pl.Series) -> pl.Series:
    """Return 17 digits with the check character of GB 32100-2015."""
    total = _weighted(numbers, _USCC_WEIGHTS)
    return numbers.cast(pl.String) + _text((31 - total % 31) % 31, tuple(_USCC))


def _citizen(n: pl.Series) -> pl.Series:
    """Return identity numbers of one district with the check character of GB 11643-1999."""
    born = (_drawn(n, 14, 15_000).cast(pl.Int32).cast(pl.Date)).dt.to_string("%Y%m%d").cast(pl.Int64)
    numbers = 110_105 * 10**11 + born * 1000 + n % 1000
    return numbers.cast(pl.String) + _text(_weighted(numbers, _CITIZEN_WEIGHTS) % 11, tuple("10X98765432"))


def _weighted(numbers: pl.Series, weights: Sequence[int]) -> pl.Series:
    places = range(len(weights) - 1, -1, -1)
    total = pl.repeat(0, len(numbers), dtype=pl.Int64, eager=True)
    for place, weight in zip(places, weights, strict=True):
        total += numbers // 10**place % 10 * weight
    return total
