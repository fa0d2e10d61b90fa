"""The list of the site: keyset pages in an order that an index serves, without any count."""

from __future__ import annotations

from typing import Any

from django.contrib.admin.views.main import ChangeList

from crm.core.cursors import CursorContext
from crm.core.keyset import CURSORS, KeysetPage, keyset
from crm.core.pages.asked import TooWide, in_time
from crm.core.resources import resource_of

from .shown import name_keys

EXACT = ("exact", "isnull")


def order_of(model: Any) -> tuple[str, ...]:
    """The order of a list: the first of the model's own pages, else by key, newest first."""
    resource = resource_of(model)
    if resource is None or resource.listing:
        return ("-pk",)
    return next(iter(resource.sorts.values()))


class Listing(ChangeList):
    """A page of rows that begins where the one before it ended."""

    is_too_wide = False

    def get_filters_params(self, params: Any = None) -> dict[str, Any]:
        """The filters that the list offers; whatever else stands in an address narrows nothing."""
        offered = {f"{name}__{how}" for name in self.list_filter for how in EXACT}
        asked = super().get_filters_params(params)
        return {name: values for name, values in asked.items() if name in offered}

    def get_query_string(self, new_params: Any = None, remove: Any = None) -> str:
        """The address of this list with other filters; a cursor never survives a change."""
        return super().get_query_string(new_params, [*(remove or ()), *CURSORS])

    def get_results(self, request: Any) -> None:
        """Read the rows of one page, or say that the question is too wide."""
        context = CursorContext(f"administration:{self.opts.label_lower}", request.user.pk)

        def rows() -> KeysetPage[Any]:
            return keyset(
                self.queryset,
                order_of(self.model),
                after=request.GET.get("after"),
                before=request.GET.get("before"),
                size=self.list_per_page,
                context=context,
            )

        try:
            self.page: KeysetPage[Any] = in_time(rows)
        except TooWide:
            self.page, self.is_too_wide = KeysetPage([], None, None, is_first=True), True
        name_keys(self.model, self.page.rows, request.user)
        self.result_list = self.page.rows
        self.result_count = len(self.page.rows)
        self.full_result_count = None
        self.show_full_result_count = self.show_admin_actions = False
        self.can_show_all = self.multi_page = False

    @property
    def ways_on(self) -> dict[str, str]:
        """The addresses of the neighbouring pages."""
        page = self.page
        return {
            "first": "" if page.is_first else self.get_query_string(),
            "previous": self._led_to("before", page.previous_cursor),
            "next": self._led_to("after", page.next_cursor),
        }

    def _led_to(self, name: str, cursor: str | None) -> str:
        return self.get_query_string({name: cursor}) if cursor else ""
