import base64
import secrets

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.contrib.auth import get_user_model
from django.core.exceptions import FieldError, ImproperlyConfigured, ValidationError
from django.db import connection, models
from django.db.migrations.writer import MigrationWriter
from hypothesis import given
from hypothesis import strategies as st

from crm.core import sealed
from crm.core.keyring import key_ring, parse_keys
from crm.core.sealed import (
    Place,
    SealedField,
    SealError,
    blind,
    blind_all,
    blinds,
    open_field,
    reseal,
    reserve_keys,
    seal,
    seal_into,
    unseal,
)

SECRET = "310104196401224417"
SALT, OTHER_SALT = bytes(range(16)), bytes(range(1, 17))
HERE = Place("customers_card", "number", 7)
KEYS = {1: b"a" * 32, 2: b"b" * 32}


class Card(models.Model):
    number = SealedField("number", null=True)
    name = models.CharField(max_length=10)

    class Meta:
        app_label = "sealed_tests"
        managed = False

    def __str__(self):
        return self.name


@pytest.fixture
def ring(settings):
    """Change the key ring: which keys there are, and which is active."""

    def change(keys=KEYS, active=1):
        settings.SEAL_KEYS = settings.INDEX_KEYS = keys
        settings.SEAL_ACTIVE = settings.INDEX_ACTIVE = active

    change()
    return change


def card(plain=SECRET, key=7):
    row = Card(pk=key)
    seal_into(row, "number", plain, SALT)
    return row


# --- sealing --------------------------------------------------------------------------------------


@given(st.binary(min_size=32, max_size=32), st.binary(min_size=16, max_size=16), st.binary())
def test_the_key_of_a_customer_is_derived_as_the_standard_says(key, salt, info):
    standard = HKDF(hashes.SHA256(), 32, salt, info)
    assert sealed._derived(sealed.SUITES[1], key, salt, info) == standard.derive(key)


@given(st.text(st.characters(exclude_categories=["Cs"])), st.integers(1, 2**63 - 1))
def test_a_sealed_value_opens_to_what_was_sealed(plain, key):
    place = Place("customers_card", "number", key)
    assert unseal(seal(plain, place, SALT), place, SALT) == plain


@pytest.mark.parametrize("bit", range(8 * (3 + 12 + len(SECRET) + 16)))
def test_a_flipped_bit_keeps_the_value_closed(bit):
    blob = bytearray(seal(SECRET, HERE, SALT))
    blob[bit // 8] ^= 1 << bit % 8
    with pytest.raises(SealError):
        unseal(bytes(blob), HERE, SALT)


@pytest.mark.parametrize(
    "place",
    [
        Place("customers_card", "number", 8),
        Place("customers_card", "mask", 7),
        Place("customers_cards", "number", 7),
        Place("customers_car", "dnumber", 7),
        Place("customers_card", "number7", 0),
    ],
    ids=["another row", "another column", "another table", "shifted letters", "shifted digits"],
)
def test_a_moved_value_stays_closed(place):
    with pytest.raises(SealError):
        unseal(seal(SECRET, HERE, SALT), place, SALT)


def test_a_value_stays_closed_to_another_customers_salt():
    with pytest.raises(SealError):
        unseal(seal(SECRET, HERE, SALT), HERE, OTHER_SALT)


@pytest.mark.parametrize("salt", [b"", None, bytes(16), b"short"])
def test_a_destroyed_salt_erases_the_value(salt):
    with pytest.raises(SealError, match="erased"):
        unseal(seal(SECRET, HERE, SALT), HERE, salt)
    with pytest.raises(SealError, match="erased"):
        seal(SECRET, HERE, salt)


@pytest.mark.parametrize("cut", [0, 1, 3, 15, 30])
def test_a_cut_envelope_is_refused(cut):
    with pytest.raises(SealError, match="not a sealed value"):
        unseal(seal(SECRET, HERE, SALT)[:cut], HERE, SALT)


def test_a_value_from_the_driver_as_memoryview_opens():
    blob = memoryview(seal(SECRET, HERE, SALT))
    assert unseal(blob, HERE, memoryview(SALT)) == SECRET


def test_sealing_twice_shows_nothing_in_common():
    blobs = [seal(SECRET, HERE, SALT) for _ in range(1000)]
    assert len({blob[3:15] for blob in blobs}) == 1000
    assert len({blob[15:31] for blob in blobs}) == 1000


def test_errors_never_show_what_was_sealed():
    texts = []
    for plain, salt in ((SECRET, OTHER_SALT), (f"{SECRET}\ud800", SALT)):
        with pytest.raises(SealError) as raised:
            unseal(seal(plain, HERE, SALT), HERE, salt)
        assert raised.value.__suppress_context__
        texts.append(str(raised.value))
    assert SECRET not in "".join(texts)


# --- keys -----------------------------------------------------------------------------------------


def test_rotation_keeps_old_values_readable_and_reseals_them(ring):
    old = seal(SECRET, HERE, SALT)
    ring(active=2)
    assert unseal(old, HERE, SALT) == SECRET
    new = reseal(old, HERE, SALT)
    assert (old[1:3], new[1:3]) == (b"\0\1", b"\0\2")
    assert reseal(new, HERE, SALT) is None
    ring(keys={2: KEYS[2]}, active=2)
    assert unseal(new, HERE, SALT) == SECRET
    with pytest.raises(SealError, match="Key 1 is not in the key ring"):
        unseal(old, HERE, SALT)


def test_a_replaced_key_of_the_same_number_does_not_open(ring):
    blob = seal(SECRET, HERE, SALT)
    ring(keys={1: b"c" * 32})
    with pytest.raises(SealError):
        unseal(blob, HERE, SALT)


def test_blind_indexes_have_one_generation_for_each_key(ring):
    before = blind(SECRET, "identity")
    ring(active=2)
    after = blind(SECRET, "identity")
    assert blinds(SECRET, "identity") == [after, before]
    assert len(after) == 18
    ring(keys={2: KEYS[2]}, active=2)
    assert blinds(SECRET, "identity") == [after]


def test_blind_indexes_of_many_are_those_of_each(ring):
    ring(active=2)
    values = ["310104196401224417", "", "陈"]
    assert blind_all(values, "account") == [blind(value, "account") for value in values]


def test_blind_indexes_differ_by_label_value_and_key(ring):
    made = {blind(value, label) for value in ("1", "2") for label in ("phone", "identity")}
    made |= set(blinds("1", "phone"))
    assert len(made) == 5


def test_the_ring_never_shows_a_key():
    assert "aaa" not in repr(key_ring())
    assert "b'" not in repr(key_ring())


def encoded(length=32):
    return base64.b64encode(secrets.token_bytes(length)).decode()


def test_keys_are_read_from_text():
    first, second = encoded(), encoded()
    keys = parse_keys(f" 1:{first}, 20:{second} ")
    assert keys == {1: base64.b64decode(first), 20: base64.b64decode(second)}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "Entry 1 .* is not a key"),
        (encoded(), "Entry 1 .* is not a key"),
        (f"1:{encoded()},", "Entry 2 .* is not a key"),
        (f"x:{encoded()}", "Entry 1 .* is not a key"),
        (f"-1:{encoded()}", "Entry 1 .* is not a key"),
        (f"１:{encoded()}", "Entry 1 .* is not a key"),
        (f"0:{encoded()}", "Key 0 is out of range"),
        (f"65536:{encoded()}", "Key 65536 is out of range"),
        ("1:not*base64", "Key 1 is not base64"),
        (f"1:{encoded(16)}", "Key 1 has 16 bytes"),
        (f"1:{encoded()},1:{encoded()}", "Key 1 stands twice"),
        (f"1:{base64.b64encode(KEYS[1]).decode()},2:{base64.b64encode(KEYS[1]).decode()}", "Key 2"),
    ],
    ids=range(12),  # the keys are random, and every process must name the cases alike
)
def test_a_wrong_key_ring_is_refused_without_showing_it(text, said):
    with pytest.raises(ImproperlyConfigured, match=said) as raised:
        parse_keys(text)
    assert raised.value.__cause__ is None
    assert not any(part and part in str(raised.value) for part in text.split(":")[1:])


@pytest.mark.parametrize(("keys", "active"), [({}, 1), (KEYS, 3)])
def test_a_ring_without_its_active_key_is_refused(ring, keys, active):
    ring(keys, active)
    with pytest.raises(ImproperlyConfigured):
        seal(SECRET, HERE, SALT)


# --- the field ------------------------------------------------------------------------------------


def test_a_field_holds_the_envelope_and_opens_with_the_salt():
    row = card()
    assert isinstance(row.number, bytes)
    assert SECRET.encode() not in row.number
    assert SECRET not in f"{row!r}{row.__dict__}"
    assert open_field(row, "number", SALT) == SECRET
    assert open_field(Card(pk=1), "number", SALT) == ""


def test_a_field_is_bound_to_its_row():
    row = card()
    row.pk = 8
    with pytest.raises(SealError):
        open_field(row, "number", SALT)


def test_a_row_without_key_cannot_be_sealed():
    with pytest.raises(ValueError, match="Reserve one"):
        seal_into(Card(), "number", SECRET, SALT)


def test_only_sealed_fields_are_sealed():
    with pytest.raises(TypeError, match="not a sealed field"):
        seal_into(Card(pk=1), "name", SECRET, SALT)


@pytest.mark.parametrize("lookup", ["exact", "in", "contains", "startswith", "gt", "iexact"])
def test_a_sealed_value_cannot_be_searched(lookup):
    with pytest.raises(FieldError, match="blind index"):
        Card.objects.filter(**{f"number__{lookup}": SECRET})


@pytest.mark.parametrize("question", [{"number": None}, {"number__isnull": True}])
def test_an_empty_value_can_be_asked_for(question):
    assert str(Card.objects.filter(**question).query).endswith('"number" IS NULL')


@pytest.mark.parametrize("value", [SECRET, SECRET.encode(), b"", "", 5, b"\x01" * 30], ids=repr)
def test_plain_values_never_reach_the_table(value):
    row = Card(pk=1, number=value, name="A")
    with pytest.raises(ValidationError, match="Seal this value"):
        row.clean_fields()
    field = Card._meta.get_field("number")
    with pytest.raises(TypeError, match="sealed values only"):
        field.get_db_prep_save(value, connection=None)


def test_a_sealed_row_is_clean_and_survives_serialising():
    row = card()
    row.name = "A"
    row.clean_fields()
    field = Card._meta.get_field("number")
    assert field.get_db_prep_save(row.number, connection).obj == row.number
    row.number = field.to_python(field.value_to_string(row))
    assert open_field(row, "number", SALT) == SECRET


def test_no_form_shows_a_sealed_field():
    field = Card._meta.get_field("number")
    assert field.formfield() is None
    assert not field.editable


def test_migrations_name_the_field_as_it_is():
    text, imports = MigrationWriter.serialize(Card._meta.get_field("number"))
    assert text == "crm.core.sealed.SealedField(null=True, verbose_name='number')"
    assert imports == {"import crm.core.sealed"}


def test_a_sealed_field_cannot_be_unique():
    class Wrong(models.Model):
        number = SealedField(unique=True)

        class Meta:
            app_label = "sealed_tests"
            managed = False

        def __str__(self):
            return ""

    assert [error.id for error in Wrong._meta.get_field("number").check()] == ["core.E010"]


@pytest.mark.django_db
def test_keys_are_reserved_before_the_rows_exist(django_assert_num_queries):
    with django_assert_num_queries(1):
        keys = reserve_keys(get_user_model(), 3)
    assert len(set(keys)) == 3
    assert reserve_keys(get_user_model(), 1)[0] > max(keys)
