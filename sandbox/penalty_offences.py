"""The catalogue of offences: which department punishes what, by which law, and how."""

from __future__ import annotations

from dataclasses import dataclass

FINE, WARNING, GAINS, GOODS = "罚款", "警告", "没收违法所得", "没收非法财物"
CLOSING, LICENCE, CRITICISM = "责令停产停业", "暂扣或者吊销许可证", "其他-通报批评"


@dataclass(frozen=True, slots=True)
class Offence:
    """One kind of offence.

    ``parties`` names the kinds of party as the catalogue of licences does: 企 company, 个 individual business, 自
    natural person. ``fines`` are the least and the most, in 元; ``certificate`` is what a suspension is about.
    """

    department: str
    name: str
    facts: str
    basis: str
    kinds: tuple[str, ...]
    fines: tuple[int, int]
    parties: str
    trades: tuple[str, ...]
    certificate: str = ""


OFFENCES: tuple[Offence, ...] = (
    Offence(
        "jtj",
        "违反道路运输管理",
        "未取得道路运输经营许可，擅自从事道路货物运输经营",
        "《中华人民共和国道路运输条例》第六十三条",
        (FINE, GAINS),
        (3_000, 30_000),
        "企企个自",
        ("货运", "物流", "供应链管理"),
    ),
    Offence(
        "jtj",
        "违法超限运输",
        "车货总质量超过限定标准行驶公路",
        "《公路安全保护条例》第六十四条",
        (FINE,),
        (500, 30_000),
        "企个自自",
        ("货运", "土石方工程"),
    ),
    Offence(
        "scj",
        "经营超过保质期的食品",
        "经营的预包装食品超过标注的保质期",
        "《中华人民共和国食品安全法》第一百二十四条第一款第五项",
        (FINE, GAINS, GOODS),
        (5_000, 50_000),
        "企个个个",
        ("超市", "食品商贸", "餐饮管理"),
    ),
    Offence(
        "scj",
        "发布虚假广告",
        "在店堂内发布与实际不符的广告，欺骗、误导消费者",
        "《中华人民共和国广告法》第五十五条第一款",
        (WARNING, FINE),
        (1_000, 200_000),
        "企个",
        ("口腔门诊部", "美容美发", "教育咨询"),
    ),
    Offence(
        "hbj",
        "未按规定设置排污口",
        "未依照法律规定设置大气污染物排放口，通过逃避监管的方式排放污染物",
        "《中华人民共和国大气污染防治法》第九十九条",
        (FINE, CLOSING),
        (100_000, 1_000_000),
        "企",
        ("化工", "热力", "乳业"),
    ),
    Offence(
        "yjj",
        "未对从业人员进行安全生产教育",
        "未按照规定对从业人员进行安全生产教育和培训",
        "《中华人民共和国安全生产法》第九十七条第三项",
        (FINE,),
        (10_000, 100_000),
        "企企个",
        ("石油销售", "气体", "机械制造"),
    ),
    Offence(
        "wlj",
        "互联网上网服务营业场所接纳未成年人",
        "在规定的营业时间以外营业，接纳未成年人进入营业场所",
        "《互联网上网服务营业场所管理条例》第三十一条",
        (WARNING, FINE, LICENCE),
        (2_000, 15_000),
        "企个",
        ("网吧", "电竞馆"),
        "网络文化经营许可证",
    ),
    Offence(
        "wjw",
        "公共场所未按规定进行卫生检测",
        "未按照规定对公共场所的空气、水质、用品用具等进行卫生检测",
        "《公共场所卫生管理条例实施细则》第三十七条第一项",
        (WARNING, CRITICISM),
        (0, 0),
        "个个个",
        ("宾馆", "洗浴中心", "游泳馆"),
    ),
    Offence(
        "nmj",
        "未按规定处置病死动物",
        "未按照规定处理病死动物",
        "《中华人民共和国动物防疫法》第九十八条",
        (FINE,),
        (1_000, 30_000),
        "企个自",
        ("牧业", "养殖"),
    ),
)
#: How each department numbers its penalties.
PREFIXES = {
    "jtj": "呼交罚",
    "scj": "呼市监处罚",
    "hbj": "呼环罚",
    "yjj": "呼应急罚",
    "wlj": "呼文综罚",
    "wjw": "呼卫公罚",
    "nmj": "呼农罚",
}
