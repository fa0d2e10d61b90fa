"""Imports of customers: the list, the page of each, and the steps from upload to result."""

from __future__ import annotations

from crm.core.resources import Resource, Transition
from customers.models import ImportRun

from . import operations, views
from .filters import ImportRunFilter
from .forms import UploadForm
from .tables import ImportRunTable

import_run = Resource(
    ImportRun,
    route="imports/",
    table=ImportRunTable,
    sorts={"newest": ("-id",), "oldest": ("id",)},
    filterset=ImportRunFilter,
    form=UploadForm,
    transitions=(Transition("discard", operations.discard),),
    joins=("owner", "trial__progress", "job__progress"),
    in_drawer=False,
    without=frozenset({"change"}),
    overrides={"add": views.UploadPage, "view": views.ImportPage},
)
