"""Names of people and companies that do not exist, put together from common parts."""

from dataclasses import dataclass
from random import Random

# surname, pinyin, how many in a thousand bear it
_BORNE = """
    王 Wang 72|李 Li 71|张 Zhang 68|刘 Liu 54|陈 Chen 46|杨 Yang 31|赵 Zhao 23
    黄 Huang 22|周 Zhou 20|吴 Wu 20|徐 Xu 17|孙 Sun 15|胡 Hu 13|朱 Zhu 13|高 Gao 12
    林 Lin 12|何 He 12|郭 Guo 11|马 Ma 11|罗 Luo 10|梁 Liang 9|宋 Song 8|郑 Zheng 8
    谢 Xie 8|韩 Han 7|唐 Tang 7|冯 Feng 7|于 Yu 6|董 Dong 6|萧 Xiao 6|程 Cheng 6
    曹 Cao 6|袁 Yuan 5|邓 Deng 5|许 Xu 5|傅 Fu 5|沈 Shen 9|曾 Zeng 5|彭 Peng 5
    吕 Lü 5|苏 Su 5|卢 Lu 5|蒋 Jiang 5|蔡 Cai 4|贾 Jia 4|丁 Ding 4|魏 Wei 4|薛 Xue 4
    叶 Ye 6|阎 Yan 3|余 Yu 4|潘 Pan 4|杜 Du 4|戴 Dai 3|夏 Xia 3|钟 Zhong 3|汪 Wang 4
    田 Tian 3|任 Ren 3|姜 Jiang 3|范 Fan 3|方 Fang 4|石 Shi 3|姚 Yao 3|谭 Tan 3
    廖 Liao 3|邹 Zou 3|熊 Xiong 2|金 Jin 3|陆 Lu 4|郝 Hao 2|孔 Kong 2|白 Bai 2
    崔 Cui 2|康 Kang 2|毛 Mao 3|邱 Qiu 2|秦 Qin 2|江 Jiang 2|史 Shi 2|顾 Gu 3
    侯 Hou 2|邵 Shao 3|孟 Meng 2|龙 Long 2|万 Wan 2|段 Duan 2|章 Zhang 3|钱 Qian 3
    汤 Tang 2|尹 Yin 2|黎 Li 2|易 Yi 1|常 Chang 1|武 Wu 1|乔 Qiao 1|贺 He 1
    欧阳 Ouyang 1
"""
_SURNAMES = [
    entry.split() for line in _BORNE.split("\n") for entry in line.split("|") if entry.strip()
]
_SURNAME_WEIGHTS = [int(weight) for _surname, _latin, weight in _SURNAMES]

# How given names begin and end, by gender and generation.
_GIVEN = {
    ("M", "older"): (
        "建jian 国guo 明ming 长chang 德de 永yong 福fu 庆qing 家jia 宝bao",
        "华hua 军jun 平ping 根gen 荣rong 忠zhong 祥xiang 水shui 海hai 松song 良liang 成cheng",
    ),
    ("F", "older"): (
        "秀xiu 玉yu 桂gui 爱ai 素su 彩cai 凤feng 美mei 月yue 惠hui",
        "英ying 兰lan 芳fang 珍zhen 梅mei 琴qin 云yun 莲lian 菊ju 娟juan 仙xian 霞xia 红hong",
    ),
    ("M", "middle"): (
        "志zhi 建jian 晓xiao 海hai 立li 俊jun 卫wei 永yong",
        "伟wei 强qiang 勇yong 斌bin 涛tao 鹏peng 辉hui 刚gang 杰jie 峰feng 磊lei 毅yi 宁ning 旭xu",
    ),
    ("F", "middle"): (
        "晓xiao 丽li 雪xue 慧hui 海hai 红hong 静jing 亚ya 文wen 月yue",
        "敏min 艳yan 娟juan 燕yan 玲ling 霞xia 颖ying 洁jie 丹dan 莉li 婷ting 蓉rong 倩qian 岚lan",
    ),
    ("M", "younger"): (
        "浩hao 子zi 泽ze 博bo 嘉jia 一yi 梓zi 俊jun 启qi 奕yi",
        "宇yu 轩xuan 睿rui 晨chen 铭ming 凯kai 皓hao 然ran 辰chen 逸yi 航hang 昊hao 哲zhe 煜yu",
    ),
    ("F", "younger"): (
        "欣xin 梓zi 雨yu 诗shi 佳jia 思si 语yu 可ke 若ruo 一yi 婉wan",
        "怡yi 涵han 琪qi 萱xuan 彤tong 悦yue 晗han 诺nuo 清qing 菲fei 宁ning 瑶yao 芷zhi",
    ),
}
_GIVEN_PARTS = {
    key: tuple([(part[0], part[1:]) for part in text.split()] for text in texts)
    for key, texts in _GIVEN.items()
}
# Names of one character are put together from rare ones: the usual ones are all taken by someone.
_SINGLE = {
    "M": "珩heng 昱yu 翀chong 骞qian 煦xu 澍shu 朔shuo 栩xu",
    "F": "筠yun 蕙hui 瑛ying 玥yue 蘅heng 姝shu 绮qi 薇wei",
}
_SINGLE_PARTS = {
    key: [(part[0], part[1:]) for part in text.split()] for key, text in _SINGLE.items()
}
# Full names that many know and that these parts can make: drawing one means drawing again.
_KNOWN = """
    张国荣 张桂梅 张子宇 张佳宁 陈玉莲 陈建斌 陈晓旭 陈雨菲 李晓峰 李晓霞 李若彤 李一诺
    王俊凯 王海涛 周雨彤 许海峰 许佳琪 林俊杰 林海峰 田玉梅 赵薇 吴海燕
"""
_KNOWN_NAMES = frozenset(_KNOWN.split())


@dataclass(frozen=True, slots=True)
class PersonName:
    """A name in characters and in Latin letters."""

    zh: str
    latin: str

    @property
    def login(self) -> str:
        """The name as it stands in user names and addresses."""
        return self.latin.lower().replace("ü", "v").replace(" ", ".").replace("'", "")


def person_name(rng: Random, gender: str, age: int) -> PersonName:
    """A name that people of this gender and age bear, but nobody widely known."""
    era = "older" if age >= 58 else "middle" if age >= 33 else "younger"
    while True:
        surname, latin, _weight = rng.choices(_SURNAMES, _SURNAME_WEIGHTS)[0]
        if rng.random() < 0.12:
            given = [rng.choice(_SINGLE_PARTS[gender])]
        else:
            given = [rng.choice(parts) for parts in _GIVEN_PARTS[gender, era]]
        name = surname + "".join(character for character, _pinyin in given)
        if name not in _KNOWN_NAMES:
            return PersonName(name, f"{latin} {_spelled(given)}")


def _spelled(given: list[tuple[str, str]]) -> str:
    first, *others = (pinyin for _character, pinyin in given)
    # An apostrophe keeps syllables apart that begin with a vowel.
    return first.capitalize() + "".join(f"'{part}" if part[0] in "aeo" else part for part in others)


_FOREIGN = {
    "US": ("Ethan Grace Mason Hannah", "Calloway Whitfield Hartley Prescott Langston"),
    "GB": ("Oliver Imogen Rupert Harriet", "Ashdown Pemberton Fairclough Thistlewood"),
    "DE": ("Lukas Greta Jonas Annika", "Brandstätter Hoffnagel Lindemann Kessler"),
    "FR": ("Mathis Élodie Bastien Solène", "Delacourt Rousselin Vauclair Montagny"),
    "JP": ("Haruto Misaki Kenji Ayumi", "Morikawa Shirahama Takemura Nishizono"),
    "KR": ("Jihoon Soyeon Minjae Hayoung", "Ahn Seol Moon Pyo"),
    "IN": ("Aarav Kavya Rohit Meera", "Deshmukh Iyer Banerjee Chauhan"),
    "AU": ("Lachlan Matilda Angus Tahlia", "Wentworth Brannigan Colquhoun Drayton"),
    "IT": ("Lorenzo Chiara Matteo Ginevra", "Bellandi Ferrarotti Castagneto Marchesan"),
    "SG": ("Wei Jie|Hui Ling|Kai Xiang|Shu Min", "Tay Koh Ong Seah"),
    "VN": ("Minh|Thu|Quang|Lan", "Trinh Duong Vuong Luu"),
    "TR": ("Emre Elif Kerem Zeynep", "Karadağ Aksoylu Gökdemir Öztürkmen"),
}
FOREIGN_COUNTRIES = tuple(_FOREIGN)


def foreign_name(rng: Random, country: str, gender: str) -> str:
    """A name in Latin letters as it stands in the passport of the country."""
    given_text, family = _FOREIGN[country]
    given = given_text.split("|") if "|" in given_text else given_text.split()
    # They alternate: a man's name, a woman's name.
    first = rng.choice(given[0::2] if gender == "M" else given[1::2])
    return f"{first} {rng.choice(family.split())}"


_TRADES = """
    澜lan 恒heng 瑞rui 泽ze 盛sheng 昌chang 禾he 启qi 越yue 腾teng 嘉jia 锦jin 铭ming 卓zhuo 辰chen
    浦pu 拓tuo 森sen 晟sheng 屹yi 川chuan 沐mu 谷gu 棠tang 屿yu 汇hui 翎ling 珂ke 蔚wei 衡heng 穗sui
    朗lang 榆yu
"""
_TRADE = [(part[0], part[1:]) for part in _TRADES.split()]
# Trade names that these parts can make and that large companies bear.
_KNOWN_TRADE = """
    恒瑞 恒昌 恒嘉 启辰 瑞昌 瑞恒 越腾 昌瑞 锦禾 嘉瑞 启铭 辰启 拓锦 盛启 恒腾 盛昌 嘉汇 锦汇 卓越
"""
_KNOWN_TRADES = frozenset(_KNOWN_TRADE.split())
# section of GB/T 4754, the trade in Chinese and in English, weight
INDUSTRIES = (
    ("C", "精密机械", "Precision Machinery", 9),
    ("C", "纺织", "Textile", 8),
    ("C", "汽车零部件", "Auto Parts", 7),
    ("C", "电子元件", "Electronic Components", 7),
    ("C", "塑料制品", "Plastics", 5),
    ("C", "医疗器械", "Medical Devices", 4),
    ("F", "进出口", "Import and Export", 9),
    ("F", "五金贸易", "Hardware Trading", 7),
    ("F", "服饰", "Apparel", 5),
    ("F", "食品", "Foods", 5),
    ("I", "信息技术", "Information Technology", 7),
    ("I", "软件", "Software", 6),
    ("E", "建筑工程", "Construction", 6),
    ("E", "装饰工程", "Decoration", 4),
    ("G", "物流", "Logistics", 5),
    ("G", "航运", "Shipping", 2),
    ("L", "企业管理", "Business Management", 4),
    ("L", "设备租赁", "Equipment Leasing", 2),
    ("M", "检测技术", "Testing Services", 3),
    ("K", "物业", "Property Services", 3),
    ("H", "餐饮", "Catering", 4),
    ("A", "茶业", "Tea", 2),
    ("A", "生态农业", "Ecological Farming", 2),
    ("D", "新能源", "New Energy", 3),
    ("N", "环保科技", "Environmental Technology", 2),
    ("O", "家政服务", "Home Services", 1),
    ("P", "教育咨询", "Education Consulting", 2),
    ("Q", "口腔门诊", "Dental Clinic", 1),
    ("R", "文化传媒", "Culture and Media", 3),
)
_INDUSTRY_WEIGHTS = [industry[-1] for industry in INDUSTRIES]
# the form in Chinese and English, the first two characters of its social credit code, weight
_FORMS = (
    ("有限公司", "Co., Ltd.", "91", 72),
    ("股份有限公司", "Corporation Limited", "91", 7),
    ("集团有限公司", "Group Co., Ltd.", "91", 5),
    ("合伙企业(有限合伙)", "Limited Partnership", "91", 6),
    ("经营部", "Store", "92", 10),
)
_FORM_WEIGHTS = [form[-1] for form in _FORMS]


@dataclass(frozen=True, slots=True)
class CompanyName:
    """A company: what it is called, what it does and how its registration number begins."""

    zh: str
    latin: str
    industry: str
    register: str


def company_name(rng: Random, city: str, city_en: str) -> CompanyName:
    """City, trade name, industry and form, as the register writes it."""
    trade = rng.sample(_TRADE, 2)
    while trade[0][0] + trade[1][0] in _KNOWN_TRADES:
        trade = rng.sample(_TRADE, 2)
    section, industry, industry_en, _weight = rng.choices(INDUSTRIES, _INDUSTRY_WEIGHTS)[0]
    form, form_en, register, _weight = rng.choices(_FORMS, _FORM_WEIGHTS)[0]
    called = "".join(character for character, _pinyin in trade)
    return CompanyName(
        zh=f"{city}{called}{industry}{form}",
        latin=f"{city_en} {_spelled(trade)} {industry_en} {form_en}",
        industry=section,
        register=register,
    )
