"""People who do not exist: names, numbers and birth dates for examples, the same on every machine."""

import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta

from stdnum.iso7064 import mod_11_2

SEED = 20220901
_SURNAMES = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎欧阳"
_GIVEN = "子轩雨桐浩然思远嘉怡若曦明哲欣妍博文诗涵宇航静宜俊熙可心泽楷梦瑶晨曦语嫣振东晓岚志远雪晴天佑紫萱建华"
# Han characters outside the old GBK set, Extension B and beyond among them: whole systems used to turn them into ??
_RARE = ("𠮷", "䶮", "㙓", "𬭚", "𬍛", "𡋾", "𪨰", "𨭉", "㛃", "𫖯")
_WITH_DOTS = {
    "维吾尔族": ("阿不都热合曼·艾则孜", "古丽巴哈尔·托合提", "买合木提·依明", "热依拉·吾守尔"),
    "哈萨克族": ("叶尔兰·巴合提", "阿依古丽·哈布力"),
    "藏族": ("扎西·顿珠", "卓玛·央金"),
    "蒙古族": ("巴特尔·孟和", "其其格·苏日娜"),
    "柯尔克孜族": ("玛纳斯·居素普",),
}
_COUNTIES = (
    "110101",
    "110105",
    "110108",
    "110112",
    "110115",
    "110228",
    "130402",
    "210203",
    "320102",
    "330102",
    "510104",
)
_REGIONS = {"810000": "香港", "820000": "澳门", "830000": "台湾"}
_ETHNIC = ("汉族",) * 22 + ("满族", "回族", "壮族", "苗族", "土家族", "彝族", "白族", "朝鲜族")
EARLIEST_BIRTH = date(2003, 9, 1)


@dataclass(frozen=True)
class Person:
    """Somebody synthetic; the identity number has a valid check character."""

    name: str
    sex: str
    born: date
    id_type: str
    id_number: str
    ethnicity: str
    party: str = field(default="共青团员")


def people(seed: int = SEED) -> Iterator[Person]:
    """Ever more people, no two with the same number."""
    chance = random.Random(seed)  # noqa: S311 - synthetic people are no secret
    numbers: set[str] = set()
    for count in range(1_000_000):
        person = _person(chance, count)
        if person.id_number not in numbers:
            numbers.add(person.id_number)
            yield person


def _person(chance: random.Random, count: int) -> Person:
    sex = chance.choice("男女")
    born = EARLIEST_BIRTH + timedelta(days=chance.randrange(365))
    region, id_type, ethnicity = chance.choice(_COUNTIES), "1", chance.choice(_ETHNIC)
    name = _name(chance, rare=count % 23 == 7)
    if count % 60 == 11:
        region = chance.choice(tuple(_REGIONS))
        id_type, ethnicity = "C", _REGIONS[region]
    elif count % 41 == 5:
        ethnicity = chance.choice(tuple(_WITH_DOTS))
        name = chance.choice(_WITH_DOTS[ethnicity])
    party = chance.choice(("共青团员", "共青团员", "共青团员", "群众", "中共党员"))
    return Person(
        name, sex, born, id_type, number_of(chance, region, born, sex), ethnicity, "" if id_type == "C" else party
    )


def _name(chance: random.Random, *, rare: bool) -> str:
    at = chance.randrange(len(_SURNAMES) - 1)
    surname = "欧阳" if _SURNAMES[at] in "欧阳" else _SURNAMES[at]
    first = chance.choice(_GIVEN)
    if rare:
        return surname + chance.choice(("", first)) + chance.choice(_RARE)
    return surname + first + (chance.choice(_GIVEN) if chance.random() < 0.8 else "")


def number_of(chance: random.Random, region: str, born: date, sex: str) -> str:
    """An identity number that no register has given to anybody: made up, but with a valid check character."""
    serial = chance.randrange(0, 500) * 2 + (sex == "男")
    body = f"{region}{born:%Y%m%d}{serial:03d}"
    return body + str(mod_11_2.calc_check_digit(body))
