"""What names are made of: each part is read once, by the functions that read every name."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise, product
from random import Random

from crm.ops.demo.names import company_name
from customers.names import latin_name, sort_key

from .plan import Plan

# The most frequent ones stand first in each of these.
SURNAMES = (
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗郑梁谢宋唐许韩邓冯曹彭曾肖田董潘袁蔡蒋余于杜叶程魏"
    "苏吕丁任卢姚沈钟姜崔谭陆范汪廖石金韦贾夏付方邹熊白孟秦邱侯江尹薛闫段雷龙黎史陶贺毛郝顾龚邵"
    "万钱覃武戴莫孔汤"
)
GIVEN = {
    "M": (
        "伟强磊军洋勇杰涛明超刚平辉鹏斌波宇浩凯健俊峰飞毅宁旭建国志海文华永新亮成龙林鑫晨阳东子豪"
        "博嘉轩睿铭泽一天然航昊哲煜瑞翔锋胜利民安康福家庆德忠祥良荣根生光耀震坤恒诚信思远立正振兴启"
        "承继先绍学彬彦奇逸景云"
    ),
    "F": (
        "芳娜敏静丽艳娟霞秀玲燕红梅莉婷雪慧颖洁倩琳晶妍茜月英珍凤兰玉桂香春美云莲真环爱萍瑶怡雁蓓仪"
        "荷丹蓉君琴蕊薇菁梦岚筠柔竹凝晓欢枫芸菲欣滢亚宜可舒影思诗涵佳雨子梓语若婉彤悦晗诺清萱文华"
    ),
}
FIRST_OF_ALL = SURNAMES[0]
# country: given names, family names
FOREIGN = {
    "US": ("Ethan Grace Mason Hannah Tyler Chloe", "Calloway Whitfield Hartley Prescott Langston"),
    "GB": ("Oliver Imogen Rupert Harriet Alfie", "Ashdown Pemberton Fairclough Thistlewood"),
    "DE": ("Lukas Greta Jonas Annika Moritz", "Brandstätter Hoffnagel Lindemann Kessler"),
    "FR": ("Mathis Élodie Bastien Solène Hugo", "Delacourt Rousselin Vauclair Montagny"),
    "JP": ("Haruto Misaki Kenji Ayumi Sora", "Morikawa Shirahama Takemura Nishizono"),
    "KR": ("Jihoon Soyeon Minjae Hayoung", "Ahn Seol Moon Pyo"),
    "IN": ("Aarav Kavya Rohit Meera Vikram", "Deshmukh Iyer Banerjee Chauhan Nambiar"),
    "AU": ("Lachlan Matilda Angus Tahlia", "Wentworth Brannigan Colquhoun Drayton"),
    "IT": ("Lorenzo Chiara Matteo Ginevra", "Bellandi Ferrarotti Castagneto Marchesan"),
    "VN": ("Minh Thu Quang Lan", "Trinh Duong Vuong Luu"),
    "TR": ("Emre Elif Kerem Zeynep", "Karadağ Aksoylu Gökdemir Öztürkmen"),
}
# city in both scripts, and its area in identity numbers
PLACES = (
    ("杭州", "Hangzhou", "330106"), ("上海", "Shanghai", "310115"), ("北京", "Beijing", "110105"),
    ("深圳", "Shenzhen", "440305"), ("广州", "Guangzhou", "440106"), ("成都", "Chengdu", "510104"),
    ("苏州", "Suzhou", "320508"), ("宁波", "Ningbo", "330203"), ("南京", "Nanjing", "320102"),
    ("武汉", "Wuhan", "420106"), ("重庆", "Chongqing", "500103"), ("西安", "Xi'an", "610103"),
    ("青岛", "Qingdao", "370202"), ("长沙", "Changsha", "430102"), ("郑州", "Zhengzhou", "410105"),
    ("合肥", "Hefei", "340104"), ("福州", "Fuzhou", "350102"), ("厦门", "Xiamen", "350203"),
    ("济南", "Jinan", "370102"), ("大连", "Dalian", "210202"), ("沈阳", "Shenyang", "210102"),
    ("天津", "Tianjin", "120101"), ("昆明", "Kunming", "530102"), ("南昌", "Nanchang", "360103"),
    ("无锡", "Wuxi", "320211"), ("温州", "Wenzhou", "330302"), ("石家庄", "Shijiazhuang", "130102"),
    ("哈尔滨", "Harbin", "230102"), ("贵阳", "Guiyang", "520102"), ("南宁", "Nanning", "450103"),
)  # fmt: skip
# part of a city, then of a part: each in both scripts
DISTRICTS = (
    ("城中", "Chengzhong"), ("城东", "Chengdong"), ("城西", "Chengxi"), ("城南", "Chengnan"),
    ("城北", "Chengbei"), ("高新区", "High-tech Zone"), ("开发区", "Development Zone"),
    ("新区", "New District"), ("滨江", "Binjiang"), ("古城", "Gucheng"), ("临港", "Lingang"),
    ("湖滨", "Hubin"),
)  # fmt: skip
ROADS = (
    ("人民路", "Renmin Road"), ("建设路", "Jianshe Road"), ("解放路", "Jiefang Road"),
    ("中山路", "Zhongshan Road"), ("文化路", "Wenhua Road"), ("和平街", "Heping Street"),
    ("新华路", "Xinhua Road"), ("学院路", "Xueyuan Road"), ("青年路", "Qingnian Road"),
    ("环城路", "Huancheng Road"), ("长兴街", "Changxing Street"), ("望湖路", "Wanghu Road"),
    ("枫林路", "Fenglin Road"), ("迎宾路", "Yingbin Road"), ("体育场路", "Tiyuchang Road"),
    ("滨河路", "Binhe Road"),
)  # fmt: skip

HAN = re.compile(r"[\u3007\u3400-\u9fff\uf900-\ufaff]")
SYLLABLES = re.compile(r"([a-z]+)[1-5]|([^\s1-5\u3400-\u9fff\uf900-\ufaff]+)")
MARKS = re.compile("[\u0300-\u036f'\u2019]")
BEGINNING = range(2, 7)


@dataclass(frozen=True)
class Part:
    """A surname, a given name or a whole name: as it is written, read, sorted and found."""

    text: str
    latin: str
    sort: str
    syllables: tuple[str, ...]
    words: tuple[str, ...]

    @classmethod
    def of(cls, text: str, latin: str, sort: str) -> Part:
        """Take a name apart as the database does for its search keys."""
        syllables = tuple(a or b for a, b in SYLLABLES.findall(sort))
        bare = MARKS.sub("", unicodedata.normalize("NFD", latin)).lower()
        return cls(text, latin, sort, syllables, tuple(re.findall("[a-z0-9]+", bare)))

    @property
    def read(self) -> str:
        """The syllables joined."""
        return "".join(self.syllables)

    @property
    def spelt(self) -> str:
        """The Latin words joined."""
        return "".join(self.words)

    @property
    def initials(self) -> str:
        """The first letters of the syllables."""
        return "".join(syllable[0] for syllable in self.syllables)

    def keys(self) -> list[str]:
        """What is found inside this part: characters and pairs, beginnings, initials."""
        han = HAN.findall(self.text)
        found = {*han, *map("".join, pairwise(han))}
        for words in (self.syllables, self.words):
            rests = ["".join(words[at:]) for at in range(len(words))]
            found |= {rest[:n] for rest in rests for n in BEGINNING if n <= len(rest)}
        first = self.initials
        found |= {
            f"i:{first[at : at + n]}" for at in range(len(first)) for n in (2, 3, 4)
            if at + n <= len(first)
        }  # fmt: skip
        return sorted(found)

    def whole_keys(self) -> list[str]:
        """The keys of a whole name: also how it begins."""
        han = "".join(HAN.findall(self.text)[:2])
        return [*self.keys(), *({f"^{han[:n]}" for n in (1, 2) if n <= len(han)})]


def surnames() -> Iterator[Part]:
    """Surnames, the most frequent first."""
    for text in SURNAMES:
        yield Part.of(text, latin_name(text, is_person=True), sort_key(text, is_person=True))


def given_names() -> Iterator[tuple[str, int, int, Part]]:
    """Gender, place of the first and of the second character (0 for none), and the name."""
    latin, sort = latin_name(FIRST_OF_ALL, is_person=True), sort_key(FIRST_OF_ALL, is_person=True)
    for gender, letters in GIVEN.items():
        for (i, first), (j, second) in product(enumerate(letters), enumerate(["", *letters])):
            name = FIRST_OF_ALL + first + second
            yield (
                gender,
                i,
                j,
                Part.of(
                    first + second,
                    latin_name(name, is_person=True).removeprefix(f"{latin} "),
                    sort_key(name, is_person=True).removeprefix(sort),
                ),
            )


def foreigners() -> Iterator[tuple[str, str, Part]]:
    """Country, gender and name."""
    for country, (given, family) in FOREIGN.items():
        for at, (first, last) in enumerate(product(given.split(), family.split())):
            name = f"{first} {last}"
            gender = "MF"[at // len(family.split()) % 2]  # they alternate in the list
            yield country, gender, Part.of(name, name, sort_key(name, is_person=True))


def companies(plan: Plan) -> Iterator[tuple[str, Part]]:
    """City and name."""
    rng = Random(f"companies {plan.seed}")  # noqa: S311 - invented data, no secret
    places = PLACES[: plan.provinces]
    for _number in range(plan.company_names):
        city, city_en, _area = rng.choice(places)
        name = company_name(rng, city, city_en)
        yield city, Part.of(name.zh, name.latin, sort_key(name.zh, is_person=False))
