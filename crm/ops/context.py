"""What the sign-in page of a demonstration says beyond that of a bank."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.handlers.wsgi import WSGIRequest

from crm.core.clock import bank_today
from crm.core.formats import in_chinese
from sysadmin.models import User

from .demo import bank


def demonstration(_request: WSGIRequest) -> dict[str, Any]:
    """Who can sign in and with which password; asked for by the template that shows it alone."""
    if not settings.DEMO:
        return {}
    return {"demo_sign_ins": offered, "demo_password": bank.password}


def offered() -> list[tuple[str, str]]:
    """The user names of the demonstration bank that are there, each with its role."""
    people = bank.sign_ins(bank_today())
    names = [person.username for person in people]
    there = set(
        User.objects.filter(username__in=names, is_active=True).values_list("username", flat=True)
    )
    return [
        (person.username, person.label_zh if in_chinese() else person.label_en)
        for person in people
        if person.username in there
    ]
