"""Invented names of companies, individual businesses, cooperatives and people."""

from __future__ import annotations

from random import Random

SURNAMES = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎云白乔"
_GIVEN = "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂英华玉萍红鹏辉梅志建国文慧鑫宇婷浩雪晨阳佳俊海燕波宁飞龙晓东春"
_STEPPE = [
    "巴特尔",
    "其其格",
    "乌云其木格",
    "苏日娜",
    "格日勒图",
    "哈斯巴根",
    "阿古拉",
    "娜仁花",
    "朝鲁门",
    "萨仁高娃",
    "毕力格图",
    "乌日罕",
    "斯琴高娃",
    "特木尔",
]
_STEPPE_FIRST = ["阿拉腾", "巴雅尔", "额尔德尼", "孟和", "斯琴", "宝力道", "敖特根", "吉日嘎拉", "呼斯楞", "达来"]
_STEPPE_SECOND = ["巴雅尔", "其其格", "毕力格", "图雅", "乌力吉", "苏和", "朝格图", "格日乐", "布和", "娜布其"]
_BRAND_FIRST = "瀚敕阜恒泓漠苍骏晟澜嵘朔煜祺甄璟沐邦钧麒垣蔚弘昶诚赫融骁沃颢"
_BRAND_SECOND = "源泰峪澄羽禾景辰屹野川拓川筑祥骋域朗岚睿烁衡砚逸圣棠弈翊朴垚"
_BRAND_THIRD = "达通力阔信盈实辉利图旺茂"
_TOWNS = ["呼和浩特市", "呼和浩特", "内蒙古", "蒙原", "青城"]
# Trades that end like this are houses in themselves: 饭馆, 超市, 诊所.
_HOUSES = "店馆部市吧所园校"
_FARMING = ("种植", "养殖", "牧业", "林果", "农机")
_LIMITED = ("有限公司", "有限公司", "有限责任公司", "股份有限公司")


def person(rng: Random) -> str:
    """Name a person; about one in twelve bears a Mongolian name written without a dot."""
    if rng.random() < 0.08:
        return rng.choice(_STEPPE)
    return rng.choice(SURNAMES) + "".join(rng.choices(_GIVEN, k=rng.choice((1, 2, 2))))


def dotted_person(rng: Random) -> str:
    """Name a person whose name is written with a middle dot."""
    return f"{rng.choice(_STEPPE_FIRST)}·{rng.choice(_STEPPE_SECOND)}"


def _brand(rng: Random) -> str:
    ending = rng.choice(_BRAND_THIRD) if rng.random() < 0.7 else ""
    return rng.choice(_BRAND_FIRST) + rng.choice(_BRAND_SECOND) + ending


def company(rng: Random, trades: tuple[str, ...]) -> str:
    """Name a company of one of some trades; some carry their seat in half-width brackets."""
    trade = rng.choice([trade for trade in trades if trade[-1] not in _HOUSES] or trades)
    if rng.random() < 0.1:
        return f"{_brand(rng)}(内蒙古){trade}{rng.choice(_LIMITED)}"
    return f"{rng.choice(_TOWNS)}{_brand(rng)}{trade}{rng.choice(_LIMITED)}"


def business(rng: Random, trades: tuple[str, ...], district: str) -> str:
    """Name an individual business of one of some trades in a district."""
    trade = rng.choice([trade for trade in trades if trade[-1] in _HOUSES] or trades)
    house = "" if trade[-1] in _HOUSES else rng.choice(("经营部", "服务部", "中心"))
    return f"{district}{_brand(rng)}{trade}{house}{rng.choice(('', '', '', f'{rng.randint(1, 9)}店', '(个体工商户)'))}"


def cooperative(rng: Random, district: str) -> str:
    """Name a farmers' cooperative in a district."""
    return f"{district}{_brand(rng)}{rng.choice(_FARMING)}农民专业合作社"
