"""Forty branches in five cities, four levels deep."""

from dataclasses import dataclass
from datetime import date

BANK_NAME_ZH = "澜江银行"
BANK_NAME_EN = "Lanjiang Bank"
LEVELS = ("head_office", "branch", "managing_sub_branch", "sub_branch")
CITIES = {
    "杭州": "Hangzhou",
    "宁波": "Ningbo",
    "苏州": "Suzhou",
    "上海": "Shanghai",
    "成都": "Chengdu",
}
# Where an address stands, by the area of identity numbers.
DISTRICTS = {
    "330102": "杭州市上城区", "330105": "杭州市拱墅区", "330106": "杭州市西湖区",
    "330108": "杭州市滨江区", "330109": "杭州市萧山区", "330110": "杭州市余杭区",
    "330111": "杭州市富阳区", "330114": "杭州市钱塘区", "330203": "宁波市海曙区",
    "330205": "宁波市江北区", "330206": "宁波市北仑区", "330212": "宁波市鄞州区",
    "330213": "宁波市奉化区", "330281": "余姚市", "330282": "慈溪市",
    "320506": "苏州市吴中区", "320507": "苏州市相城区", "320508": "苏州市姑苏区",
    "320509": "苏州市吴江区", "320583": "昆山市", "310104": "上海市徐汇区",
    "310106": "上海市静安区", "310112": "上海市闵行区", "310115": "上海市浦东新区",
    "510104": "成都市锦江区", "510107": "成都市武侯区", "510108": "成都市成华区",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class BranchSpec:
    """One unit of the bank, with its area in identity numbers and its share of the custom."""

    code: str
    level: str
    parent: str
    name_zh: str
    name_en: str
    city: str
    city_en: str
    district: str
    area: str
    opened_on: date
    weight: int


# code, parent, city, district or place, the same in Latin, area, years since it opened, weight
_BRANCHES = (
    ("0002", "0001", "杭州", "", "", "330106", 27, 60),
    ("0003", "0001", "宁波", "", "", "330203", 22, 45),
    ("0004", "0001", "苏州", "", "", "320508", 17, 40),
    ("0005", "0001", "上海", "", "", "310115", 15, 45),
    ("0006", "0001", "成都", "", "", "510104", 11, 25),
)
_MANAGING = (
    ("0007", "0002", "杭州", "西湖", "Xihu", "330106", 26, 130),
    ("0008", "0002", "杭州", "滨江", "Binjiang", "330108", 20, 95),
    ("0009", "0002", "杭州", "萧山", "Xiaoshan", "330109", 19, 80),
    ("0010", "0003", "宁波", "海曙", "Haishu", "330203", 21, 85),
    ("0011", "0003", "宁波", "鄞州", "Yinzhou", "330212", 16, 70),
    ("0012", "0004", "苏州", "姑苏", "Gusu", "320508", 16, 75),
    ("0013", "0004", "苏州", "昆山", "Kunshan", "320583", 13, 60),
    ("0014", "0005", "上海", "浦东", "Pudong", "310115", 14, 90),
    ("0015", "0006", "成都", "锦江", "Jinjiang", "510104", 10, 55),
)
_OUTLETS = (
    ("0016", "0007", "杭州", "古荡", "Gudang", "330106", 24, 90),
    ("0017", "0007", "杭州", "文三路", "Wensan Road", "330106", 23, 110),
    ("0018", "0007", "杭州", "拱墅", "Gongshu", "330105", 21, 75),
    ("0019", "0007", "杭州", "余杭", "Yuhang", "330110", 12, 55),
    ("0020", "0008", "杭州", "上城", "Shangcheng", "330102", 19, 85),
    ("0021", "0008", "杭州", "奥体", "Aoti", "330108", 6, 30),
    ("0022", "0008", "杭州", "长河", "Changhe", "330108", 14, 45),
    ("0023", "0009", "杭州", "临浦", "Linpu", "330109", 17, 40),
    ("0024", "0009", "杭州", "钱塘", "Qiantang", "330114", 5, 25),
    ("0025", "0009", "杭州", "富阳", "Fuyang", "330111", 13, 50),
    ("0026", "0010", "宁波", "江北", "Jiangbei", "330205", 18, 60),
    ("0027", "0010", "宁波", "慈溪", "Cixi", "330282", 15, 65),
    ("0028", "0010", "宁波", "余姚", "Yuyao", "330281", 12, 40),
    ("0029", "0011", "宁波", "北仑", "Beilun", "330206", 14, 50),
    ("0030", "0011", "宁波", "东部新城", "Eastern New Town", "330212", 8, 45),
    ("0031", "0011", "宁波", "奉化", "Fenghua", "330213", 9, 20),
    ("0032", "0012", "苏州", "吴中", "Wuzhong", "320506", 13, 55),
    ("0033", "0012", "苏州", "相城", "Xiangcheng", "320507", 9, 30),
    ("0034", "0013", "苏州", "花桥", "Huaqiao", "320583", 8, 35),
    ("0035", "0013", "苏州", "吴江", "Wujiang", "320509", 11, 50),
    ("0036", "0014", "上海", "徐汇", "Xuhui", "310104", 12, 70),
    ("0037", "0014", "上海", "静安", "Jing'an", "310106", 11, 65),
    ("0038", "0014", "上海", "闵行", "Minhang", "310112", 7, 45),
    ("0039", "0015", "成都", "武侯", "Wuhou", "510107", 8, 40),
    ("0040", "0015", "成都", "成华", "Chenghua", "510108", 4, 20),
)
_KINDS = (
    ("branch", _BRANCHES, "分行", "Branch"),
    ("managing_sub_branch", _MANAGING, "支行", "Sub-branch"),
    ("sub_branch", _OUTLETS, "支行", "Sub-branch"),
)


def branches(today: date) -> list[BranchSpec]:
    """All units of the bank, each after the one above it."""
    tree = [
        BranchSpec(
            code="0001",
            level="head_office",
            parent="",
            name_zh="总行",
            name_en="Head Office",
            city="杭州",
            city_en="Hangzhou",
            district=DISTRICTS["330102"],
            area="330102",
            opened_on=date(today.year - 28, 6, 18),
            weight=15,
        )
    ]
    for level, units, suffix_zh, suffix_en in _KINDS:
        for code, parent, city, place, latin, area, years, weight in units:
            tree.append(
                BranchSpec(
                    code=code,
                    level=level,
                    parent=parent,
                    name_zh=f"{city}{place}{suffix_zh}",
                    name_en=" ".join(filter(None, (CITIES[city], latin, suffix_en))),
                    city=city,
                    city_en=CITIES[city],
                    district=DISTRICTS[area],
                    area=area,
                    opened_on=date(today.year - years, 1 + int(code) % 12, 1 + int(code) % 28),
                    weight=weight,
                )
            )
    return tree
