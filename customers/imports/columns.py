"""What the columns of a customer file mean, in English and Chinese, whoever typed them."""

import re
import unicodedata
from collections.abc import Iterable
from collections.abc import Mapping as Map
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from django.utils.translation import gettext_lazy as _

HEADERS: dict[str, tuple[str, ...]] = {
    "customer_no": ("customer number", "customer id", "客户号", "客户编号", "源系统客户号"),
    "kind": ("customer kind", "customer type", "type", "客户类型", "客户类别"),
    "name": ("customer name", "full name", "客户名称", "客户姓名", "姓名", "名称"),
    "document_type": ("id type", "identity document type", "证件类型", "证件种类"),
    "document_number": ("document no", "id number", "id no", "证件号码", "证件号"),
    "country": ("country code", "nationality", "国家/地区", "国家", "国籍", "国别"),
    "birth_or_founding_date": (
        "birth date", "date of birth", "birthday", "founding date", "date of founding",
        "出生/成立日期", "出生日期", "成立日期",
    ),
    "gender": ("sex", "性别"),
    "mobile": ("mobile phone", "mobile number", "phone", "手机号码", "手机号", "手机", "联系电话"),
    "email": ("e-mail", "email address", "电子邮箱", "电子邮件", "邮箱"),
    "city": ("town", "城市", "所在城市"),
    "address": ("street address", "地址", "联系地址", "通讯地址"),
    "branch_code": ("branch", "branch number", "机构号", "机构代码", "网点号"),
    "manager_no": (
        "manager", "manager number", "staff number", "relationship manager",
        "客户经理工号", "客户经理", "工号",
    ),
    "opened_on": ("opening date", "open date", "date opened", "opened", "开户日期", "开户日"),
    "status": ("state", "customer status", "状态", "客户状态"),
}  # fmt: skip
FIELDS = tuple(HEADERS)
NEEDED = frozenset(FIELDS) - {
    "country", "gender", "mobile", "email", "city", "address", "manager_no",
}  # fmt: skip
LABELS = {
    "customer_no": _("Customer number in the source system"),
    "kind": _("Personal or corporate"),
    "name": _("Customer name"),
    "document_type": _("Type of identity document"),
    "document_number": _("Number of the identity document"),
    "country": _("Country"),
    "birth_or_founding_date": _("Date of birth or founding"),
    "gender": _("Gender"),
    "mobile": _("Mobile number"),
    "email": _("E-mail address"),
    "city": _("City"),
    "address": _("Street address"),
    "branch_code": _("Code of the managing branch"),
    "manager_no": _("Staff number of the lead manager"),
    "opened_on": _("Customer since"),
    "status": _("Status"),
}
# what a workbook of refused rows calls the column that says why; it is left out on the way in
REASON_HEADERS = ("Why it was refused", "拒绝原因")

KINDS = {
    "person": ("person", "personal", "individual", "个人", "对私", "个人客户", "对私客户"),
    "organisation": (
        "organisation", "organization", "corporate", "company",
        "对公", "对公客户", "企业", "公司", "单位", "机构",
    ),
}  # fmt: skip
STATUSES = {
    "prospect": ("prospect", "潜在", "潜在客户"),
    "active": ("active", "正常"),
    "dormant": ("dormant", "睡眠", "睡眠户"),
    "closed": ("closed", "销户", "已销户"),
}
GENDERS = {
    "M": ("m", "male", "男", "男性"),
    "F": ("f", "female", "女", "女性"),
}
DOCUMENT_TYPES = {
    "resident_id": ("resident_id", "resident identity card", "居民身份证", "身份证"),
    "temporary_id": ("temporary_id", "临时居民身份证", "临时身份证"),
    "household_register": ("household_register", "户口簿", "户口本"),
    "hmt_residence_permit": (
        "hmt_residence_permit", "港澳台居民居住证", "港澳居民居住证", "台湾居民居住证",
    ),
    "permanent_resident": (
        "permanent_resident", "外国人永久居留身份证", "外国人永久居留证",
    ),
    "hm_travel_permit": ("hm_travel_permit", "港澳居民来往内地通行证", "回乡证"),
    "taiwan_travel_permit": ("taiwan_travel_permit", "台湾居民来往大陆通行证", "台胞证"),
    "passport": ("passport", "护照", "外国护照", "中国护照"),
    "military": ("military", "military id", "军人证件", "军官证", "士兵证", "军人身份证件"),
    "armed_police": ("armed_police", "武警证件", "武警身份证件", "武装警察身份证件"),
    "uscc": ("uscc", "unified social credit code", "统一社会信用代码", "营业执照"),
    "foreign_registration": ("foreign_registration", "境外注册文件", "境外注册证书"),
    "lei": ("lei", "legal entity identifier", "全球法人识别编码", "法人识别编码"),
}  # fmt: skip

FORMULA_FIELDS = frozenset({"name", "city", "address"})
FORMULA_STARTS = ("=", "+", "@")
FORMULA_CONTROLS = ("\t", "\r")
LONGEST_WORD = 100
DAY = re.compile(
    r"(\d{4})(?:([-/.])(\d{1,2})\2(\d{1,2})|(\d{2})(\d{2})|年(\d{1,2})月(\d{1,2})日)", re.ASCII
)
MIDNIGHT = re.compile(r"(?<=\d)[ T]0{1,2}:00(?::00(?:\.0+)?)?\Z")
ROUNDED = re.compile(r"\d(?:\.\d+)?E\+?\d{2}", re.IGNORECASE | re.ASCII)
LIKE_ROUNDED = re.compile(r"[0-9]E\+?[0-9]{2}", re.IGNORECASE)
BESIDE_LETTERS = re.compile(r"[\W_]+")


@lru_cache(maxsize=4096)
def folded(text: str) -> str:
    """The word without width, case, spaces and punctuation."""
    if len(text) > LONGEST_WORD:
        return ""
    return BESIDE_LETTERS.sub("", unicodedata.normalize("NFKC", text)).casefold()


def spellings(words: Map[str, tuple[str, ...]]) -> dict[str, str]:
    """The code behind each way to write it, the code itself among them."""
    return {folded(word): code for code, known in words.items() for word in (code, *known)}


_FIELD_OF = spellings(HEADERS)
_REASONS = {folded(header) for header in REASON_HEADERS}
_KIND_OF = spellings(KINDS)
_STATUS_OF = spellings(STATUSES)
_GENDER_OF = spellings(GENDERS)
_DOCUMENT_TYPE_OF = spellings(DOCUMENT_TYPES)


@dataclass(frozen=True, slots=True)
class Mapping:
    """Which column of the file holds which field of the customer."""

    fields: dict[str, int]
    unknown: list[str]
    missing: list[str]
    repeated: list[str]


def match_header(header: list[str], words: Map[str, tuple[str, ...]] = HEADERS) -> Mapping:
    """Recognise the columns of a file by their headers."""
    field_of = _FIELD_OF if words is HEADERS else spellings(words)
    fields: dict[str, int] = {}
    unknown: list[str] = []
    repeated: list[str] = []
    for index, name in enumerate(header):
        field = field_of.get(folded(name))
        if field is None:
            unknown.append(name)
        elif field in fields:
            repeated.append(name)
        else:
            fields[field] = index
    missing = [field for field in words if field not in fields]
    return Mapping(fields, unknown, missing, repeated)


def is_reason(header: str) -> bool:
    """Whether a column only says why its row was refused the last time."""
    return folded(header) in _REASONS


def kind_of(text: str) -> str | None:
    """Person or organisation."""
    return _KIND_OF.get(folded(text))


def status_of(text: str) -> str | None:
    """The state of the relationship."""
    return _STATUS_OF.get(folded(text))


def gender_of(text: str) -> str | None:
    """M or F."""
    return _GENDER_OF.get(folded(text))


def document_type_of(text: str) -> str | None:
    """The code of the identity document."""
    return _DOCUMENT_TYPE_OF.get(folded(text))


@lru_cache(maxsize=2**15)
def day_of(text: str) -> date | None:
    """The day that was written, or None when it is not written as a day.

    A day that the calendar does not have, such as 30 February, is a ValueError.
    """
    if len(text) > LONGEST_WORD:
        return None
    written = MIDNIGHT.sub("", unicodedata.normalize("NFKC", text).strip())
    found = DAY.fullmatch(written)
    if found is None:
        return None
    year, _separator, *rest = found.groups()
    month, day = (part for part in rest if part is not None)
    return date(int(year), int(month), int(day))


def looks_like_formula(field: str, text: str) -> bool:
    """Whether a spreadsheet would calculate this text instead of showing it."""
    if field not in FORMULA_FIELDS or not text:
        return False
    if text.strip(" ").startswith(FORMULA_CONTROLS):
        return True
    # Spreadsheets take the full-width signs for the narrow ones.
    return unicodedata.normalize("NFKC", text.strip()[:1]) in FORMULA_STARTS


def may_have_lost_digits(texts: Iterable[str]) -> bool:
    """Whether it is worth looking at each of these texts: nearly never, and cheaper to ask."""
    return LIKE_ROUNDED.search("\n".join(texts)) is not None


def lost_digits(text: str) -> bool:
    """Whether a spreadsheet has rounded a long number, as in 1.10105E+17."""
    return ROUNDED.fullmatch(text.strip()) is not None
