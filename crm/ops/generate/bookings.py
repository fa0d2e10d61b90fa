"""What is booked on current accounts, as a wheel of fifty kinds for persons and for companies."""

from __future__ import annotations

from collections.abc import Iterator

SHOPS = [
    "澜江便利店", "江南里超市", "翠苑菜场", "和风书店", "城际铁路", "滨江加油站", "枫林餐厅",
    "云栖茶庄", "青年路药房", "网上商城", "物业服务中心", "自来水公司",
]  # fmt: skip
FIRMS = [
    "恒川物资贸易有限公司", "东岸纸业有限公司", "瑞程物流有限公司", "立川机电设备有限公司",
    "新禾包装材料有限公司", "海纳电子配件有限公司", "远程能源服务有限公司", "安禾食品有限公司",
]  # fmt: skip
PEOPLE = ["王伟", "李娜", "张敏", "刘洋", "陈静", "杨磊", "赵艳", "黄强", "周涛", "吴霞"]
NOBODY = [""]
# kind, turns of the wheel, sign, from, to, counterparties
PERSONS = (
    ("card_payment", 22, -1, 18, 2_600, SHOPS),
    ("transfer_out", 8, -1, 100, 20_000, PEOPLE),
    ("transfer_in", 6, 1, 100, 26_000, PEOPLE),
    ("salary", 6, 1, 5_000, 42_000, FIRMS),
    ("cash_out", 3, -1, 200, 6_000, NOBODY),
    ("rent", 2, -1, 1_800, 9_000, PEOPLE),
    ("cash_in", 1, 1, 500, 12_000, NOBODY),
    ("fee", 2, -1, 2, 60, NOBODY),
)
COMPANIES = (
    ("supplier", 19, -1, 3_000, 900_000, FIRMS),
    ("sales", 18, 1, 4_000, 1_200_000, FIRMS),
    ("payroll", 5, -1, 30_000, 1_400_000, NOBODY),
    ("tax", 4, -1, 2_000, 300_000, NOBODY),
    ("fee", 4, -1, 10, 900, NOBODY),
)


def rows() -> Iterator[tuple[bool, int, str, int, int, int, list[str]]]:
    """Both wheels."""
    for is_company, kinds in ((False, PERSONS), (True, COMPANIES)):
        slot = 0
        for kind, turns, sign, low, high, others in kinds:
            for _turn in range(turns):
                yield is_company, slot, kind, sign, low, high, others
                slot += 1
