import csv
import datetime as dt
import os
import time
from collections import Counter
from pathlib import Path

import phonenumbers
import pytest
from django.core.exceptions import ValidationError
from hypothesis import given
from hypothesis import strategies as st

from crm.core.clock import clock_at
from customers import numbers
from customers.identity import contacts

SAMPLES = Path(
    os.environ.get("CRM_SAMPLE_DATA", Path(__file__).parents[2].parent / "shared" / "data")
)
RESIDENT = "11010519491231002X"
HOSTILE = [
    "9" * 100_000,
    "\0" * 100_000,
    " " * 100_000,
    "﷽" * 100_000,
    "a@" * 50_000,
    "é\u0301-" * 30_000,
]
WRONG_TYPES = [None, 5, b"110105", ["110105"]]


def refused(function, *arguments):
    """The code of the refusal."""
    with pytest.raises(ValidationError) as raised:
        function(*arguments)
    (sentence,) = raised.value.messages
    assert sentence.endswith(".")
    return raised.value.code


def with_check(digits):
    """Seventeen digits with the check digit of GB 11643."""
    total = sum(int(digit) * pow(2, 17 - at, 11) for at, digit in enumerate(digits))
    return digits + "0123456789X"[(1 - total) % 11]


# --- documents ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "text", "country", "family", "value"),
    [
        ("resident_id", RESIDENT, "CN", "cn_resident", RESIDENT),
        ("temporary_id", "１１０１０５１９４９１２３１００２ｘ", "CN", "cn_resident", RESIDENT),
        ("household_register", " 110105-19491231–002x\u200b", "US", "cn_resident", RESIDENT),
        ("hmt_residence_permit", with_check("81000019900307123"), "CN", "cn_hmt_permit", None),
        (
            "permanent_resident",
            with_check("91138419900307123"),
            "CN",
            "cn_permanent_resident",
            None,
        ),
        ("permanent_resident", "usa110088010101", "CN", "cn_permanent_resident", "USA110088010101"),
        ("hm_travel_permit", "h12345678", "CN", "cn_hm_travel", "H12345678"),
        ("taiwan_travel_permit", "12345678", "CN", "cn_taiwan_travel", "12345678"),
        ("taiwan_travel_permit", "0012345678(b)", "CN", "cn_taiwan_travel", "0012345678B"),
        ("passport", "e12345678", "CN", "passport", "E12345678"),
        ("passport", "EA1234567", "CN", "passport", "EA1234567"),
        ("passport", "GD4786234", "TR", "passport", "GD4786234"),
        ("military", "军字第1234567号", "CN", "cn_military", "军字第1234567号"),
        ("armed_police", "12345678", "CN", "cn_armed_police", "12345678"),
        ("uscc", "91110000600037341l", "CN", "cn_uscc", "91110000600037341L"),
        ("business_licence", "91110000600037341L", "CN", "cn_uscc", "91110000600037341L"),
        ("public_institution_certificate", "91110000600037341L", "CN", "cn_uscc", None),
        ("social_organisation_certificate", "91110000600037341L", "CN", "cn_uscc", None),
        ("foreign_registration", "HRB 12345", "DE", "foreign_registration", "HRB12345"),
        ("lei", "5493 001K JTII GC8Y 1R12", "CN", "lei", "5493001KJTIIGC8Y1R12"),
    ],
)
def test_a_right_number_is_tidied(kind, text, country, family, value):
    number = numbers.normalise_document(kind, text, country)
    assert (number.family, number.value) == (family, value or text)
    assert not number.remarks


@pytest.mark.parametrize(
    ("kind", "text", "code"),
    [
        ("library_card", RESIDENT, "unknown_kind"),
        ("resident_id", " ", "empty"),
        ("resident_id", "110105194912310021", "check_digit"),
        ("resident_id", "1101051949123100X2", "wrong_form"),
        ("resident_id", RESIDENT[:-1], "wrong_form"),
        ("resident_id", "110105491231002", "old_number"),
        ("resident_id", "١١٠١٠٥١٩٤٩١٢٣١٠٠٢X", "wrong_form"),
        ("resident_id", with_check("11010519490229123"), "birth_date"),
        ("resident_id", with_check("11010518791231123"), "birth_date"),
        ("resident_id", with_check("11010500000101123"), "birth_date"),
        ("resident_id", with_check("81000019900307123"), "other_kind"),
        ("resident_id", with_check("91138419900307123"), "other_kind"),
        ("hmt_residence_permit", RESIDENT, "wrong_form"),
        ("hmt_residence_permit", "810000199003071231", "check_digit"),
        ("permanent_resident", RESIDENT, "wrong_form"),
        ("hm_travel_permit", "C12345678", "wrong_form"),
        ("taiwan_travel_permit", "1234567", "wrong_form"),
        ("passport", "A12345678", "wrong_form"),
        ("passport", "ı12345678", "wrong_form"),
        ("military", "军<b>1234567", "wrong_form"),
        ("uscc", "91110000600037341M", "check_digit"),
        ("uscc", "91110000600037341I", "wrong_form"),
        ("foreign_registration", "none", "wrong_form"),
        ("lei", "5493001KJTIIGC8Y1R13", "check_digit"),
        ("lei", "5493001KJTIIGC8Y1R1X", "wrong_form"),
        ("resident_id", "110105\x001949", "control_character"),
        ("resident_id", "\ud800", "control_character"),
    ],
)
def test_a_wrong_number_is_refused_with_what_to_do(kind, text, code):
    assert refused(numbers.normalise_document, kind, text) == code


def test_a_chinese_passport_form_is_asked_of_chinese_passports_only():
    assert numbers.normalise_document("passport", "A12345678", "DE").country == "DE"
    assert refused(numbers.normalise_document, "passport", "A123", "DE") == "wrong_form"
    assert refused(numbers.normalise_document, "passport", "A12345678", "Germany") == "country"


def test_an_unknown_area_is_a_remark_and_no_refusal():
    number = numbers.normalise_document("resident_id", with_check("41999919900307123"))
    assert [str(remark) for remark in number.remarks] == [
        "The first six digits are not a known area. Compare them with the document."
    ]


def test_an_area_made_after_the_birth_is_no_remark():
    number = numbers.normalise_document("resident_id", with_check("31011519500307123"))
    assert number.remarks == ()


def test_reissues_of_a_travel_permit_are_the_same_number():
    number = numbers.normalise_document("hm_travel_permit", "H1234567801")
    assert number.value == "H12345678"
    assert len(number.remarks) == 1


@pytest.mark.parametrize(
    ("kind", "text", "space"),
    [
        ("resident_id", RESIDENT, "CN"),
        ("lei", "5493001KJTIIGC8Y1R12", ""),
        ("passport", "L1234567", "GB"),
    ],
)
def test_the_space_of_a_number_does_not_follow_the_nationality(kind, text, space):
    assert numbers.normalise_document(kind, text, "GB").country == space


def test_a_number_does_not_show_itself():
    assert RESIDENT not in repr(numbers.normalise_document("resident_id", RESIDENT))


def test_a_child_born_today_is_accepted_and_tomorrow_is_not():
    today = dt.datetime(2026, 3, 1, 1, tzinfo=dt.UTC)
    with clock_at(today):
        numbers.normalise_document("resident_id", with_check("11010520260301123"))
        late = with_check("11010520260302123")
        assert refused(numbers.normalise_document, "resident_id", late) == "birth_date"


def test_birth_and_gender_are_read_from_the_number():
    assert numbers.resident_facts(RESIDENT) == (dt.date(1949, 12, 31), "F")
    assert numbers.resident_facts(with_check("81000019900307123")) == (dt.date(1990, 3, 7), "M")
    assert numbers.resident_facts(with_check("11010519900307122"))[1] == "F"
    assert refused(numbers.resident_facts, "USA110088010101") == "no_facts"


@given(st.integers(0, 16), st.integers(1, 9))
def test_every_slip_in_a_resident_number_is_noticed(at, by):
    digit = str((int(RESIDENT[at]) + by) % 10)
    wrong = RESIDENT[:at] + digit + RESIDENT[at + 1 :]
    refused(numbers.normalise_document, "resident_id", wrong)


# --- contact points -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "value", "mobile"),
    [
        ("13984751846", "+8613984751846", True),
        ("+86 139-8475-1846", "+8613984751846", True),
        ("0086 13984751846", "+8613984751846", True),
        ("（＋８６）１３９８４７５１８４６", "+8613984751846", True),
        ("\u202d13984751846\u202c", "+8613984751846", True),
        ("19912345678", "+8619912345678", True),
        ("(010) 12345678", "+861012345678", False),
        ("400-812-3456", "+864008123456", False),
        ("+44 20 7946 0958", "+442079460958", False),
    ],
)
def test_a_right_phone_number_becomes_international(text, value, mobile):
    assert numbers.normalise_phone(text) == value
    assert numbers.is_mobile(value) is mobile


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("12345", "phone"),
        ("11012345678", "phone"),
        ("1398475184", "phone"),
        ("١٣٩٨٤٧٥١٨٤٦", "phone"),
        ("1800FLOWERS", "phone"),
        ("", "phone"),
        ("+", "phone"),
        ("13984751846/13984751847", "phone"),
        ("010-12345678转123", "extension"),
        ("010-12345678 ext 5", "extension"),
        ("139\x0084751846", "control_character"),
    ],
)
def test_a_wrong_phone_number_is_refused_with_what_to_do(text, code):
    assert refused(numbers.normalise_phone, text) == code


@pytest.mark.parametrize("first", ["10", "11", "12", "13", "14", "15", "16", "17", "18", "19"])
def test_a_usual_mobile_is_read_as_the_library_reads_it(first):
    for digits in range(1000):
        for end in ("000000", "678901", "999999"):
            told = f"{first}{digits:03d}{end}"
            library = phonenumbers.parse(told, "CN")
            is_mobile = phonenumbers.is_valid_number(library) and (
                phonenumbers.number_type(library) == phonenumbers.PhoneNumberType.MOBILE
            )
            assert contacts.is_usual(told) == is_mobile
            if is_mobile:
                assert numbers.normalise_phone(told) == phonenumbers.format_number(
                    library, phonenumbers.PhoneNumberFormat.E164
                )


def test_a_phone_number_is_read_in_the_country_that_is_said():
    assert numbers.normalise_phone("020 7946 0958", "GB") == "+442079460958"


@pytest.mark.parametrize(
    ("text", "value"),
    [
        (" C0.6530@Example.COM ", "c0.6530@example.com"),
        ("a＠example．com", "a@example.com"),
    ],
)
def test_a_right_address_is_tidied(text, value):
    assert numbers.normalise_email(text) == value


@pytest.mark.parametrize(
    "text",
    ["not-an-address", "a@b", "a@localhost", '"a b"@example.com', "a@[127.0.0.1]", "@example.com",
     "a@example.com,b@example.com", "a b@example.com", "", "a" * 250 + "@example.com"],
)  # fmt: skip
def test_a_wrong_address_is_refused(text):
    assert refused(numbers.normalise_email, text) == "email"


def test_an_address_cannot_carry_a_second_header_line():
    assert refused(numbers.normalise_email, "a@example.com\r\nBcc: b@x.com") == "control_character"


# --- masks ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (RESIDENT, "•••• 002X"),
        ("E12345678", "•••• 678"),
        ("12345678", "•••• 78"),
        ("12", "••••"),
        ("", "••••"),
    ],
)
def test_a_mask_shows_the_tail_only(value, shown):
    assert numbers.mask(value) == shown


@given(st.text(max_size=40))
def test_a_mask_never_shows_more_than_a_third(value):
    tail = numbers.mask(value).removeprefix("••••")
    assert len(tail.lstrip()) * 3 <= len(value)
    assert len(tail) <= 5


@pytest.mark.parametrize(
    ("phone", "shown"),
    [("+8613984756620", "+86 ••• •••• 6620"), ("+85291234567", "+852 ••• •••• 67"), ("12", "••••")],
)
def test_a_phone_mask_shows_country_and_tail(phone, shown):
    assert numbers.mask_phone(phone) == shown


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        ("chen@example.com", "c•••@example.com"),
        ("ab@example.com", "•••@example.com"),
        ("x", "••••"),
    ],
)
def test_an_address_mask_shows_one_letter_and_the_domain(address, shown):
    assert numbers.mask_email(address) == shown


def test_an_address_mask_fits_whatever_the_domain():
    assert len(numbers.mask_email(f"chen@{'a' * 240}.com")) <= 120


# --- customer numbers -----------------------------------------------------------------------------


def test_customer_numbers_of_the_series_differ_and_are_recognised():
    series = [numbers.customer_number(serial) for serial in (*range(1, 2000), 999_999_999)]
    assert len(set(series)) == 2000
    assert {len(number) for number in series} == {10}
    assert all(map(numbers.is_customer_number, series))


@pytest.mark.parametrize("serial", [0, -1, 1_000_000_000])
def test_the_series_has_an_end(serial):
    with pytest.raises(ValueError, match="series"):
        numbers.customer_number(serial)


@given(st.integers(1, 999_999_999), st.integers(0, 9), st.integers(1, 9))
def test_every_wrong_digit_in_a_customer_number_is_noticed(serial, at, by):
    number = numbers.customer_number(serial)
    wrong = number[:at] + str((int(number[at]) + by) % 10) + number[at + 1 :]
    assert not numbers.is_customer_number(wrong)


@given(st.integers(1, 999_999_999), st.integers(0, 8))
def test_every_swap_of_neighbours_in_a_customer_number_is_noticed(serial, at):
    number = numbers.customer_number(serial)
    swapped = number[:at] + number[at + 1] + number[at] + number[at + 2 :]
    assert numbers.is_customer_number(swapped) is (swapped == number)


def test_a_customer_number_is_read_as_it_is_shown():
    number = numbers.customer_number(1_288_410)
    shown = numbers.format_number(number)
    assert shown == f"0012 8841 0{number[-1]}"
    assert numbers.read_customer_number(f" {shown}\t") == number


@pytest.mark.parametrize("text", ["", "0000000000", "abc", "1" * 11, *WRONG_TYPES, *HOSTILE])
def test_anything_else_is_no_customer_number(text):
    assert numbers.is_customer_number(text) is False


# --- hostile input and the sample -----------------------------------------------------------------


READERS = [
    *(
        (numbers.normalise_document, kind)
        for kind in ("resident_id", "passport", "military", "lei", "uscc")
    ),
    (numbers.normalise_phone,),
    (numbers.normalise_email,),
]


@pytest.mark.parametrize("text", [*HOSTILE, *WRONG_TYPES], ids=lambda text: repr(text)[:8])
@pytest.mark.parametrize(
    "reader", READERS, ids=lambda reader: "-".join((reader[0].__name__, *reader[1:]))
)
def test_hostile_input_is_refused_at_once(reader, text):
    begun = time.process_time()
    refused(*reader, text)
    assert time.process_time() - begun < 0.1


@pytest.fixture(scope="module")
def sample():
    """The five thousand customers handed over for testing."""
    file = SAMPLES / "customers.csv"
    if not file.exists():
        pytest.skip(f"There is no {file.name} in the folder of CRM_SAMPLE_DATA.")
    with file.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def verdict(reader, *arguments):
    try:
        reader(*arguments)
    except ValidationError as error:
        return error.code
    return "right"


def test_the_sample_has_exactly_its_known_faults(sample):
    documents = Counter(
        verdict(
            numbers.normalise_document, row["document_type"], row["document_number"], row["country"]
        )
        for row in sample
    )
    phones = Counter(
        verdict(numbers.normalise_phone, row["mobile"]) for row in sample if row["mobile"]
    )
    emails = Counter(
        verdict(numbers.normalise_email, row["email"]) for row in sample if row["email"]
    )
    assert documents == {"right": 4982, "check_digit": 18}
    assert phones == {"right": 4500, "phone": 29}
    assert (emails["email"], len(emails)) == (23, 2)


def test_the_sample_repeats_exactly_its_known_identities(sample):
    found = Counter()
    for row in sample:
        arguments = row["document_type"], row["document_number"], row["country"]
        if verdict(numbers.normalise_document, *arguments) == "right":
            found[numbers.normalise_document(*arguments)] += 1
    assert sum(found.values()) - len(found) == 28
