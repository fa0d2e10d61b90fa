"""Every field has a data class, and what is sensitive rests sealed or hashed."""

import pytest
from django.apps import apps
from django.db import models

from crm.core.classes import SENSITIVE, DataClass, class_of, classify_library, unclassified
from crm.core.sealed import SealedField

OURS = {"core", "sysadmin", "config_admin", "staff", "customers", "services", "risk"}
MODELS = list(apps.get_models(include_auto_created=True))
OWN = [model for model in MODELS if model._meta.app_label in OURS]
# names that promise something sensitive: what bears one is sealed, hashed, binary, or a plain mask
TELLING = ("password", "secret", "pin", "salt", "token_value", "biometric")


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model._meta.label_lower)
def test_every_field_of_every_table_has_a_data_class(model):
    fields = {field.name: class_of(model, field.name) for field in model._meta.concrete_fields}
    assert {name for name, held in fields.items() if not isinstance(held, DataClass)} == set()


def test_the_list_of_unclassified_fields_is_empty():
    assert list(unclassified()) == []


@pytest.mark.parametrize("model", OWN, ids=lambda model: model._meta.label_lower)
def test_a_sensitive_field_is_sealed_binary_or_a_password(model):
    for field in model._meta.concrete_fields:
        if class_of(model, field.name) == SENSITIVE:
            rests = isinstance(field, SealedField | models.BinaryField) or field.name == "password"
            assert rests, field.name


@pytest.mark.parametrize("model", OWN, ids=lambda model: model._meta.label_lower)
def test_a_sealed_or_binary_field_is_classified_as_sensitive(model):
    for field in model._meta.concrete_fields:
        telling = any(field.name == word or field.name.endswith(f"_{word}") for word in TELLING)
        if telling or isinstance(field, SealedField | models.BinaryField):
            assert class_of(model, field.name) == SENSITIVE, field.name


@pytest.mark.parametrize("model", OWN, ids=lambda model: model._meta.label_lower)
def test_a_model_classifies_no_field_that_it_does_not_have(model):
    names = {field.name for field in model._meta.concrete_fields}
    assert set(model.__dict__.get("CLASSES", {})) <= names


def test_a_class_is_inherited_and_a_field_that_nobody_names_has_none():
    record = next(m for m in OWN if m._meta.label_lower == "staff.branch")
    assert class_of(record, "version") == DataClass.INTERNAL
    assert class_of(record, "no_such_field") is None


def test_a_library_s_model_takes_the_class_given_for_its_fields():
    group = apps.get_model("auth.Group")
    before = class_of(group, "name")
    classify_library("auth.group", {"name": DataClass.PUBLIC})
    try:
        assert class_of(group, "name") == DataClass.PUBLIC
        assert class_of(group, "id") is None
        assert "auth.group.id" in set(unclassified())
    finally:
        classify_library("auth.group", before)
