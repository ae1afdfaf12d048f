"""English for the Chinese words that a record holds; a word that is not here is shown as it was registered."""

from collections.abc import Mapping
from datetime import date
from types import MappingProxyType
from typing import Final

ENGLISH: Final[Mapping[str, str]] = MappingProxyType(
    {
        # sex
        "男": "Male",
        "女": "Female",
        # level
        "博士研究生": "Doctoral studies",
        "硕士研究生": "Master's studies",
        "研究生班": "Postgraduate class",
        "第二学士学位": "Second bachelor's degree",
        "本科": "Undergraduate (bachelor's level)",
        "专升本": "Undergraduate (upgrade from junior college)",
        "高升本": "Undergraduate (from secondary school)",
        "高起本": "Undergraduate (from secondary school)",
        "专科": "Junior college",
        "专科(高职)": "Junior college (higher vocational)",
        "预科": "Preparatory studies",
        # kind of education
        "普通高等教育": "Regular higher education",
        "研究生": "Postgraduate education",
        "研究生教育": "Postgraduate education",
        "成人高等教育": "Adult higher education",
        "网络教育": "Online education",
        "开放教育": "Open education",
        "高等教育自学考试": "Self-taught higher education examinations",
        "高等教育学历文凭考试": "Higher education diploma examinations",
        # form of study
        "普通全日制": "Regular full-time",
        "全日制": "Full-time",
        "非全日制": "Part-time",
        "脱产": "Full-time release from work",
        "非脱产": "Without release from work",
        "业余": "Evening and weekend",
        "函授": "By correspondence",
        "自学考试": "Self-taught examinations",
        # conclusion, state
        "毕业": "Graduated",
        "结业": "Completed without graduating",
        "在籍（注册学籍）": "Enrolled (registered)",
        "在籍（暂缓注册）": "Enrolled (registration deferred)",
        "在籍（休学）": "Enrolled (on leave)",
        "在籍（保留学籍）": "Enrolled (status reserved)",
        "不在籍（退学）": "No longer enrolled (withdrew)",
        "不在籍（开除学籍）": "No longer enrolled (expelled)",
        "取消学籍": "Status cancelled",
        "不在籍（死亡）": "No longer enrolled (deceased)",
        "不在籍（转学）": "No longer enrolled here (transferred)",
        "不在籍（注册撤回）": "Not enrolled (registration taken back)",
        "不在籍（毕业）": "No longer enrolled (graduated)",
        "不在籍（结业）": "No longer enrolled (completed without graduating)",
        # ethnic groups, GB/T 3304, in the order of their codes
        "汉族": "Han", "蒙古族": "Mongol", "回族": "Hui", "藏族": "Zang", "维吾尔族": "Uygur", "苗族": "Miao",
        "彝族": "Yi", "壮族": "Zhuang", "布依族": "Buyei", "朝鲜族": "Chosen", "满族": "Man", "侗族": "Dong",
        "瑶族": "Yao", "白族": "Bai", "土家族": "Tujia", "哈尼族": "Hani", "哈萨克族": "Kazak", "傣族": "Dai",
        "黎族": "Li", "傈僳族": "Lisu", "佤族": "Va", "畲族": "She", "高山族": "Gaoshan", "拉祜族": "Lahu",
        "水族": "Sui", "东乡族": "Dongxiang", "纳西族": "Naxi", "景颇族": "Jingpo", "柯尔克孜族": "Kirgiz",
        "土族": "Tu", "达斡尔族": "Daur", "仫佬族": "Mulao", "羌族": "Qiang", "布朗族": "Blang", "撒拉族": "Salar",
        "毛南族": "Maonan", "仡佬族": "Gelao", "锡伯族": "Xibe", "阿昌族": "Achang", "普米族": "Pumi",
        "塔吉克族": "Tajik", "怒族": "Nu", "乌孜别克族": "Uzbek", "俄罗斯族": "Russ", "鄂温克族": "Ewenki",
        "德昂族": "Deang", "保安族": "Bonan", "裕固族": "Yugur", "京族": "Gin", "塔塔尔族": "Tatar",
        "独龙族": "Derung", "鄂伦春族": "Oroqen", "赫哲族": "Hezhen", "门巴族": "Monba", "珞巴族": "Lhoba",
        "基诺族": "Jino",
    }
)  # fmt: skip

MONTHS: Final = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip


def english(word: str) -> str:
    """The English for a registered word, or the word itself: a name is never translated by guessing."""
    return ENGLISH.get(word, word)


def chinese_day(day: date) -> str:
    """2001 年 9 月 17 日."""
    return f"{day.year} 年 {day.month} 月 {day.day} 日"


def english_day(day: date) -> str:
    """17 September 2001."""
    return f"{day.day} {MONTHS[day.month - 1]} {day.year}"
