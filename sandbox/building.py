"""The projects, permits and texts around the planted commitments."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from random import Random

from sandbox import names, numbers
from sandbox.commitment_planting import LONERS, UNIT
from sandbox.commitment_scenes import Plot
from sandbox.commitments import MATERIAL, Builder, Commitment, Permit, Project

#: The seven sorts of commitment; every third commitment takes the next one, the others the usual one.
SORTS = ("审批替代型", "容缺受理型", "证明事项型", "信用修复型", "行业自律型", "主动型", "其他-工程质量安全承诺")
_USUAL = "容缺受理型"
PUBLICITY = ("可向社会公开", "特定范围", "不可公开")
_SECOND_MATERIAL = "建设工程质量安全监督手续"
_TRADES = ("房地产开发", "置业", "建设投资", "城市建设", "产业园开发", "农牧业开发")
_STREETS = ("新华东街", "金桥路", "云谷大道", "如意南路", "兴安南路", "鸿盛街", "丰州路", "盛乐大街")
_WORKS = (
    "住宅小区一期", "物流仓储中心", "标准厂房", "职业学校实训楼", "社区卫生服务中心", "农产品加工车间", "养老服务中心",
    "商业综合体", "数据中心机房楼", "污水处理厂扩建", "公共停车楼", "体育健身中心",
)  # fmt: skip
_LIABILITY = (
    "逾期未履行承诺的，依法撤销施工许可决定，三年内不适用告知承诺制，失信信息推送信用平台",
    "未在承诺期限内履行的，责令停止施工并限期改正，相关失信行为依法向社会公开",
)


class Builders:
    """Makes the city's projects, one story after another."""

    def __init__(self, seed: int) -> None:
        self._rng = Random(f"{seed}/construction")
        self._projects: list[Project] = []
        self.told: dict[str, Plot] = {}

    def build(self, plots: Iterable[Plot]) -> tuple[Project, ...]:
        """Build the projects; ``told`` then holds the story of every commitment by its code."""
        sociable = 0
        for plot in plots:
            sociable += plot.kind not in LONERS
            self._add(plot, "project" if plot.kind in LONERS else _place(sociable))
        return tuple(self._projects)

    def _add(self, plot: Plot, place: str) -> None:
        if place == "project" or not self._projects or self._projects[-1].vanishes or self._is_lone():
            self._projects.append(self._project(plot))
            return
        project = self._projects.pop()
        if place == "permit":
            permits = (*project.permits, self._permit(project, plot))
        else:
            last = project.permits[-1]
            second = self._commitment(project, replace(plot, made=last.issued), _SECOND_MATERIAL)
            permits = (*project.permits[:-1], replace(last, commitments=(*last.commitments, second)))
        self._projects.append(replace(project, permits=permits))

    def _is_lone(self) -> bool:
        last = self._projects[-1].permits[-1].commitments[-1]
        return self.told[last.code].kind in LONERS

    def _project(self, plot: Plot) -> Project:
        rng, at = self._rng, len(self._projects)
        region = rng.choice(list(numbers.REGIONS))
        street = rng.choice(_STREETS)
        investment = f"{plot.made:%y%m}-{region}-04-01-{rng.randrange(10**6):06d}"
        address = f"呼和浩特市{numbers.REGIONS[region]}{street}{rng.randint(1, 200)}号"
        name = f"{numbers.REGIONS[region]}{street}{rng.choice(_WORKS)}建设项目"
        builder = self._builder(region, at)
        project = Project(f"{investment}-001", investment, name, region, address, builder, (), plot.vanishes)
        return replace(project, permits=(self._permit(project, plot),))

    def _builder(self, region: str, at: int) -> Builder:
        rng = self._rng
        if at % 17 == 8:
            return Builder("自然人", names.person(rng), numbers.random_identity_number(rng), "")
        if at % 13 == 5:
            name = names.business(rng, ("养殖", "果蔬", "农机"), numbers.REGIONS[region])
            return Builder("个体工商户", name, numbers.random_credit_code(rng, "92", region), names.person(rng))
        code = numbers.random_credit_code(rng, "91", region)
        return Builder("法人及非法人组织", names.company(rng, _TRADES), code, names.person(rng))

    def _permit(self, project: Project, plot: Plot) -> Permit:
        rng, serial = self._rng, len(self.told) + 1
        return Permit(
            number=f"{project.region}{plot.made:%Y%m%d}{serial:04d}",
            instance=f"SGXK{plot.made:%Y%m%d}{serial:06d}P",
            work=f"{project.name}（{len(project.permits) + 1}标段）",
            size=f"地上{rng.randint(1, 26)}层，地下{rng.randint(0, 3)}层",
            price=f"{rng.randint(300, 42000)}.{rng.randrange(100):02d}",
            area=f"{rng.randint(900, 96000)}.{rng.randrange(100):02d}",
            issued=plot.made,
            unit=UNIT,
            commitments=(self._commitment(project, plot, MATERIAL),),
        )

    def _commitment(self, project: Project, plot: Plot, material: str) -> Commitment:
        serial = len(self.told)
        code = f"{project.region}{plot.made:%Y%m%d}{serial + 1:06d}"
        self.told[code] = plot
        return Commitment(
            code=code,
            made=plot.made,
            deadline=plot.deadline,
            sort=SORTS[serial // 3 % len(SORTS)] if serial % 3 == 0 else _USUAL,
            reason=f"办理{project.name}建筑工程施工许可",
            content=f"已知晓许可条件和标准，承诺在承诺期限内取得并提交{material}",
            liability=self._rng.choice(_LIABILITY),
            publicity=_publicity(project.builder, serial),
            material=material,
            unit=UNIT,
            events=plot.events,
        )


def _place(at: int) -> str:
    """Tell where a story goes: into a new project, under a new permit of the last one, or under its last permit."""
    return {3: "commitment", 5: "permit"}.get(at % 6, "project")


def _publicity(builder: Builder, at: int) -> str:
    if builder.category == "自然人" or at % 7 == 6:
        return PUBLICITY[1]
    return PUBLICITY[2] if at % 9 == 7 else PUBLICITY[0]
