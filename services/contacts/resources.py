"""Contacts: the list, the page of each, and how they are entered."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from crm.core.resources import Resource, Section, Transition
from crm.core.saved_views import View
from services.models import Contact

from . import operations, views
from .filters import ContactFilter
from .forms import ContactForm, NoteForm, ReviewForm
from .tables import ContactTable

contact = Resource(
    Contact,
    route="contacts/",
    table=ContactTable,
    sorts={"at": ("-at", "-pk")},
    filterset=ContactFilter,
    form=ContactForm,
    sections=(
        Section(
            _("What it was about"),
            ("kind", "direction", "purpose", "result", "next_step", "next_on"),
        ),
    ),
    transitions=(
        Transition("correct", operations.correct, ContactForm),
        Transition("annotate", operations.annotate, NoteForm),
        Transition("review", operations.review, ReviewForm),
    ),
    joins=("customer", "author", "reviewed_by"),
    apart=True,
    views=(
        View("mine", _("Mine"), "author=me", near=True),
        View("team", _("My team"), "leader=me", near=True),
        View("week", _("This week"), "week=true"),
        View("sample", _("Sample to review"), "sample=true", action="services.review_contact"),
    ),
    recorded=True,
    without=frozenset({"change"}),
    overrides={
        "add": views.LogPage,
        "correct": views.CorrectPage,
        "view": views.ContactPage,
        "panel": views.ContactPanel,
    },
)
