"""Asking the administration site: clients that have just proved who they are."""

from __future__ import annotations

import time

from django.apps import apps
from django.test import Client
from django.urls import reverse

from crm.core.querysets import action_name
from sysadmin.models.users import ADMINISTRATION
from tests.matrix.clients import QuickClient

INDEX = "administration:index"


def confirm(client: Client, user, seconds: int = 0) -> None:
    """Let the session say that the user gave the password so many seconds ago."""
    session = client.session
    session["account_authentication_methods"] = [
        {"method": "password", "at": time.time() - seconds}
    ]
    session["account_authentication_methods_user"] = str(user.pk)
    session.save()


def at_the_site(user, *, quick: bool = False) -> Client:
    """A client whose user has just signed in."""
    client = QuickClient() if quick else Client()
    client.force_login(user)
    confirm(client, user)
    return client


def bank_models() -> list:
    """Every table that is the bank's own."""
    return [model for model in apps.get_models() if "CLASSES" in vars(model)]


def shown_models() -> list:
    """Every model that the site shows."""
    return [model for model in bank_models() if not hasattr(model, "UNSHOWN")]


def address(model, page: str, *args) -> str:
    """The address of a page of the site about a model."""
    opts = model._meta
    return reverse(f"administration:{opts.app_label}_{opts.model_name}_{page}", args=args)


def rights(model) -> set[str]:
    """What it takes to read the records of a model in the site."""
    return {ADMINISTRATION, action_name(model, "view")}
