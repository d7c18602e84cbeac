"""The pages of the reference that are made from the rules and from the profiles that ship with the toolkit."""

from __future__ import annotations

from pathlib import Path

from mappings.profiles import Profile
from mappings.rules import RULES, Layer, Rule

RECEIVERS = Path("mappings/receivers")
_RULES_HEAD = """\
# Rules

What a record, a value or two books can fail, made from `mappings/rules.py`. An *error* keeps a record from being
delivered as it stands; a *warning* is only told, in the column *Worth a look* of the full list and by `yinxin explain`,
and never keeps anything back by itself. `refuse: [rule, …]` in a profile makes refusals of warnings of the first two
layers.
"""
_LAYERS = {
    Layer.STANDARD: (
        "The standard",
        "A row that fails an error here goes to [quarantine](../how-to/handle-what-is-held.md#quarantine) with the "
        "rule, the field and what to do. Only `born-later` needs the day, so that it holds the record instead.",
    ),
    Layer.PROFILE: (
        "The receiver's profile",
        "A record that fails an error here is *malformed*: held, with the reason, until the source is corrected.",
    ),
    Layer.LEDGER: (
        "The bureau's other books",
        "What a second system, the ledger and the feed say of the same decision. The bot's "
        "[`policy`](workspace.md#policy-in-a-bot) has a key of most of these names and decides what they do; the "
        "severity here is what it does by default.",
    ),
}
_PROFILES_HEAD = """\
# Profiles

The receivers that ship with the toolkit, made from [`mappings/receivers/`](../../mappings/receivers/). A connector
names one as if it lay in the workspace (`profile: licence-2016-new`); a file of the same name in the workspace's
`mappings/` goes before it. `credit` and `commitments`, which `yinxin init` lays out, are the 2018 edition and the
commitments, whole. The keys are in [the files of a workspace](workspace.md#mappingsnameprofileyaml), the way is in
[deliver to another edition](../how-to/deliver-to-another-edition.md).

*Not carried*: the receiver has no column for it. *Blurred*: its column does not hold all values apart.

| profile | standard | edition | receiver | headings | not carried | blurred |
| --- | --- | --- | --- | --- | --- | --- |
"""
_CODE_TABLES = """
## The state, by edition

Status `1` means revoked in one edition and valid in another. A profile without its `edition` is an error
(`missing-key`), and so is one whose codes mean otherwise in the edition it names (`status-of-another-edition`).

| edition | codes | read as |
| --- | --- | --- |
| 2016 | `0` 正常 · `1` 撤销 · `2` 异议 · `3` 其他 | 有效 · 无效 · 无效 · 无效 |
| 2018 | `1` 有效 · `2` 无效 | 有效 · 无效 |
| certificates (湖北) | `10` 有效 · `50` 注销 · `60` 过期 · `70` 吊销 · `80` 撤销 · `99` 作废 | 有效, all others 无效 |

Whatever is not in force stays so through every pair of editions. 无效 is written as `3` in 2016, because nobody knows
whether it was revoked. In a mapping `transforms: [{status: "2016"}]`, `"2018"` or `hubei` reads them.

## Code tables of known receivers

Texts are canonical, numbers are each platform's own. Copy the line that is yours into the profile's `columns`.

```yaml
# 许可类别, three platforms
- {field: licence_kind, codes: {普通: "0", 特许: "1", 认可: "2", 核准: "3", 登记: "4", 其他: "5"}}
- {field: licence_kind, codes: {普通: "01", 特许: "02", 认可: "03", 核准: "04", 登记: "05", 其他: "06"}}
- {field: licence_kind, codes: {普通: "1", 特许: "2", 认可: "3", 核准: "4", 登记: "5", 其他: "9"}}
# 行政相对人类别: as bits, and where 法人 and 非法人组织 are two
- {field: counterpart_type, codes: {法人及非法人组织: "1", 自然人: "2", 个体工商户: "4"}}
- field: counterpart_type
  codes: {自然人: "01", 法人及非法人组织: "02", 个体工商户: "04"}
  reads: {"03": 法人及非法人组织}
# 证件类型: credit platforms, and the three digits of 政务服务 platforms
- field: id_type
  codes: {身份证: "1", 护照号: "2", 港澳居民来往内地通行证: "3",
    台湾居民来往大陆通行证: "4", 外国人永久居留身份证: "5"}
- field: id_type
  codes: {身份证: "01", 护照号: "02", 港澳居民来往内地通行证: "03",
    台湾居民来往大陆通行证: "04", 外国人永久居留身份证: "05"}
- {field: id_type, codes: {身份证: "111", 护照号: "414", 台湾居民来往大陆通行证: "511", 其他: "999"}}
# 处罚类别, from 0 and from 1: two codes stand for two penalties each
- field: penalty_kind
  join: ";"
  codes: {警告: "0", 罚款: "1", 没收违法所得: "2", 没收非法财物: "2",
    责令停产停业: "3", 暂扣或者吊销许可证: "4", 暂扣或者吊销执照: "4", 行政拘留: "5", 其他: "6"}
- field: penalty_kind
  join: ";"
  codes: {警告: "1", 罚款: "2", 没收违法所得: "3", 没收非法财物: "3",
    责令停产停业: "4", 暂扣或者吊销许可证: "5", 暂扣或者吊销执照: "5", 行政拘留: "6", 其他: "9"}
```
"""


def rules() -> str:
    """Return the page of the rules, layer by layer."""
    parts = [_RULES_HEAD]
    for layer, (heading, said) in _LAYERS.items():
        lines = [_line(rule) for rule in RULES.values() if rule.layer is layer]
        head = ["| rule | severity | fields | means | what to do |", "| --- | --- | --- | --- | --- |"]
        parts.append("\n".join([f"## {heading}\n", f"{said}\n", *head, *lines, ""]))
    return "\n".join(parts)


def _line(rule: Rule) -> str:
    fields = ", ".join(f"`{name}`" for name in rule.fields) or "all"
    return f"| `{rule.code}` | {rule.severity} | {fields} | {rule.sentence} | {rule.hint} |"


def profiles() -> str:
    """Return the page of the profiles that ship with the toolkit."""
    lines = [_profile(shipped(file)) for file in sorted(RECEIVERS.glob("*.yaml"))]
    return _PROFILES_HEAD + "\n".join(lines) + "\n" + _CODE_TABLES


def shipped(file: Path) -> Profile:
    """Return a profile that ships with the toolkit."""
    return Profile.parse(file.read_text(encoding="utf-8"), str(file), file.name.removesuffix(".profile.yaml"))


def _profile(profile: Profile) -> str:
    missing = ", ".join(f"`{name}`" for name in profile.silent) or "–"
    blurred = ", ".join(f"`{name}`" for name in profile.blurred) or "–"
    told = (f"`{profile.name}`", profile.standard.name, profile.declared.edition, profile.declared.title)
    return f"| {' | '.join(told)} | {len(profile.headers)} | {missing} | {blurred} |"
