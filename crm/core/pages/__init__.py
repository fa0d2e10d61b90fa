"""The pages behind a Resource: access, scope, versions, repeated sending, the same everywhere."""

from .acts import (
    ActPage,
    AddPage,
    BulkPage,
    ChangePage,
    FormPage,
    LongStep,
    StepPage,
    TransitionPage,
)
from .asked import keep_query, rows_at, stored_query
from .at_once import AtOnce
from .base import Page
from .lists import CountPage, FilterPage, FindPage, ListPage, LookupPage, PanelPage
from .records import DetailPage

__all__ = [
    "ActPage",
    "AddPage",
    "AtOnce",
    "BulkPage",
    "ChangePage",
    "CountPage",
    "DetailPage",
    "FilterPage",
    "FindPage",
    "FormPage",
    "ListPage",
    "LongStep",
    "LookupPage",
    "Page",
    "PanelPage",
    "StepPage",
    "TransitionPage",
    "keep_query",
    "rows_at",
    "stored_query",
]
