"""The nation's code tables; where the nation moves words instead of codes, the Chinese words are the values."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final


def _table(text: str) -> Mapping[str, str]:
    words = text.split()
    return MappingProxyType(dict(zip(words[::2], words[1::2], strict=True)))


# GB/T 2260, first two digits
PROVINCES: Final = _table(
    "11 北京 12 天津 13 河北 14 山西 15 内蒙古 21 辽宁 22 吉林 23 黑龙江 31 上海 32 江苏 33 浙江 34 安徽 35 福建 "
    "36 江西 37 山东 41 河南 42 湖北 43 湖南 44 广东 45 广西 46 海南 50 重庆 51 四川 52 贵州 53 云南 54 西藏 61 陕西 "
    "62 甘肃 63 青海 64 宁夏 65 新疆 71 台湾 81 香港 82 澳门"
)
# The Production and Construction Corps is an education authority of its own and no province of GB/T 2260
EDUCATION_AUTHORITIES: Final = MappingProxyType({**PROVINCES, "66": "新疆生产建设兵团"})

# GB/T 3304
ETHNIC_GROUPS: Final = _table(
    "01 汉族 02 蒙古族 03 回族 04 藏族 05 维吾尔族 06 苗族 07 彝族 08 壮族 09 布依族 10 朝鲜族 11 满族 12 侗族 13 瑶族 "
    "14 白族 15 土家族 16 哈尼族 17 哈萨克族 18 傣族 19 黎族 20 傈僳族 21 佤族 22 畲族 23 高山族 24 拉祜族 25 水族 "
    "26 东乡族 27 纳西族 28 景颇族 29 柯尔克孜族 30 土族 31 达斡尔族 32 仫佬族 33 羌族 34 布朗族 35 撒拉族 36 毛南族 "
    "37 仡佬族 38 锡伯族 39 阿昌族 40 普米族 41 塔吉克族 42 怒族 43 乌孜别克族 44 俄罗斯族 45 鄂温克族 46 德昂族 "
    "47 保安族 48 裕固族 49 京族 50 塔塔尔族 51 独龙族 52 鄂伦春族 53 赫哲族 54 门巴族 55 珞巴族 56 基诺族 "
    "97 其他 98 外国血统中国籍人士"
)
_ETHNIC_SPELLINGS: Final = {
    **{word: word for word in ETHNIC_GROUPS.values()},
    **{word.removesuffix("族"): word for word in ETHNIC_GROUPS.values()},
    **dict(ETHNIC_GROUPS),
    "毛难": "毛南族",
    "毛难族": "毛南族",
    "崩龙": "德昂族",
    "崩龙族": "德昂族",
    # students from Hong Kong, Macau and Taiwan state their region here
    **{region: region for region in ("香港", "澳门", "台湾")},
}

# GB/T 2261.1; files write the words
SEXES: Final = MappingProxyType({"0": "未知", "1": "男", "2": "女", "9": "未说明"})

# Types of identity document, one character each
ID_TYPES: Final = MappingProxyType(
    {
        "1": "居民身份证",
        "2": "军官证",
        "3": "士兵证",
        "4": "文职干部证",
        "5": "部队离退休证",
        "6": "香港特区护照/身份证明",
        "7": "澳门特区护照/身份证明",
        "8": "台湾居民来往大陆通行证",
        "9": "境外永久居住证",
        "A": "护照",
        "B": "户口簿",
        "C": "港澳台居民居住证",
        "Z": "其他",
    }
)

LEVELS: Final = (
    "博士研究生",
    "硕士研究生",
    "研究生班",
    "第二学士学位",
    "本科",
    "专升本",
    "高升本",
    "高起本",
    "专科",
    "专科(高职)",
    "预科",
)
STUDY_FORMS: Final = (
    "普通全日制",
    "全日制",
    "非全日制",
    "脱产",
    "非脱产",
    "业余",
    "函授",
    "网络教育",
    "开放教育",
    "自学考试",
)
# From autumn 2025 new adult students carry 非脱产 in place of these two; earlier students keep them
REPLACED_STUDY_FORMS: Final = ("函授", "业余")
CATEGORIES: Final = (
    "普通高等教育",
    "研究生",
    "成人高等教育",
    "网络教育",
    "开放教育",
    "高等教育自学考试",
    "高等教育学历文凭考试",
)
ADMISSION_TYPES: Final = (
    "普通",
    "免费医学生",
    "免费师范生",
    "公费师范生",
    "非西藏生源定向西藏就业计划",
    "扶贫专项计划",
    "国家专项计划",
    "地方专项计划",
    "高校专项计划",
    "强军计划",
    "援藏计划",
    "少数民族骨干计划",
    "定向生",
    "国防生",
    "政法干警招录培养体制改革试点生",
)
DURATIONS: Final = ("1.5", "2", "2.5", "3", "3.5", "4", "4.5", "5", "5.5", "6", "7", "8")
CONCLUSIONS: Final = ("毕业", "结业")

# Ordinary full-time levels: of these a student holds one at a time (A8-9)
FULL_TIME_FORMS: Final = ("普通全日制", "全日制")
FULL_TIME_CATEGORIES: Final = ("普通高等教育", "研究生")

# Certificate numbers write the level with two digits
CERTIFICATE_LEVELS: Final = MappingProxyType(
    {"01": "博士研究生", "02": "硕士研究生", "04": "第二学士学位", "05": "本科", "06": "专科"}
)
LEVEL_DIGITS: Final = MappingProxyType(
    {
        "博士研究生": "01",
        "硕士研究生": "02",
        "第二学士学位": "04",
        "本科": "05",
        "专升本": "05",
        "高升本": "05",
        "高起本": "05",
        "专科": "06",
        "专科(高职)": "06",
    }
)
CERTIFICATE_TYPES: Final = MappingProxyType({"1": "普通", "5": "成人", "6": "自考/学历文凭考试", "7": "网络"})


def ethnic_group(text: str) -> str | None:
    """The standard word for an ethnic group, from the word with or without 族, an old spelling, or the code."""
    return _ETHNIC_SPELLINGS.get(text.strip())


def is_ordinary_full_time(category: str, study_form: str) -> bool:
    """Whether a status of this kind excludes a second one at the same time (A8-9)."""
    return category in FULL_TIME_CATEGORIES and study_form in FULL_TIME_FORMS
