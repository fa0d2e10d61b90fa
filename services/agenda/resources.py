"""Tasks: the list, and the page of each."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from crm.core.resources import Resource, Section, Transition
from crm.core.saved_views import View
from services.models import Task

from . import operations, views
from .filters import TaskFilter
from .forms import RemarkForm, TaskForm
from .tables import TaskTable

task = Resource(
    Task,
    route="agenda/tasks/",
    table=TaskTable,
    sorts={"due_on": ("due_on", "id"), "newest": ("-id",)},
    filterset=TaskFilter,
    form=TaskForm,
    sections=(
        Section(
            _("Task"),
            ("member", "shown_due", "priority", "shown_reminder", "source", "note", "author"),
        ),
    ),
    transitions=(
        Transition("finish", operations.finish, RemarkForm),
        Transition("drop", operations.drop),
        Transition("reopen", operations.reopen, RemarkForm),
    ),
    joins=("member__branch", "author", "customer"),
    apart=True,
    views=(
        View("open", _("Open"), "status=open"),
        View("mine", _("My open ones"), "status=open&member=me"),
        View("overdue", _("Overdue"), "overdue=true"),
        View("given", _("Given to others by me"), "for_others=true&status=open"),
    ),
    overrides={
        "list": views.TaskList,
        "panel": views.TaskPanel,
        "view": views.TaskPage,
        "add": views.GivePage,
        "change": views.AmendPage,
        "finish": views.FinishPage,
        "reopen": views.ReopenPage,
    },
)
