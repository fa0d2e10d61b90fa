"""Every address of the product, with the rule that guards it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from django.urls import URLResolver, get_resolver, reverse

from crm.core.pages import ActPage, BulkPage, DetailPage, Page, TransitionPage
from crm.core.pages.viewing import OfList
from crm.core.resources import Resource
from crm.urls import RESOURCES


@dataclass(frozen=True)
class Guard:
    """What guards a page that is a plain function of a module."""

    label: str
    action: str
    methods: tuple[str, ...]
    reason: str
    # where another model's action guards a page about this one
    asks: str = ""


# pages of a record that no Resource serves: (model, action, methods) and why they stand alone
GUARDED = {
    "customers:customer_history": Guard(
        "customers.customer", "history", ("GET",), "the trail read backwards is no list of a model"
    ),
    "customers:customer_timeline": Guard(
        "customers.customer", "view", ("GET",), "tells of records of many models in one stream"
    ),
    "customers:customer_managers": Guard(
        "customers.customer", "view", ("GET",), "one customer's present and past in one look"
    ),
    "customers:customer_links": Guard(
        "customers.customer",
        "view",
        ("GET",),
        "one customer's owners as picture and table",
    ),
    "risk:customer_risk": Guard(
        "customers.customer",
        "view",
        ("GET",),
        "one customer's rating, screening, claims, cases and owners, each for those who see it",
    ),
    "customers:customer_reveal": Guard(
        "customers.customer", "reveal", ("GET", "POST"), "shows one sealed value for a purpose"
    ),
    "customers:customer_search": Guard(
        "customers.customer", "view", ("GET", "POST"), "hits are ranked, a list is sorted"
    ),
    "customers:customer_mask": Guard(
        "customers.customer", "view", ("GET",), "puts a mask back in the place of a value"
    ),
    "customers:customer_holdings": Guard(
        "customers.customer",
        "view",
        ("GET",),
        "adds up what one customer has, as holder and otherwise",
        asks="customers.view_holding",
    ),
    "customers:customer_holding_count": Guard(
        "customers.customer",
        "view",
        ("GET",),
        "one figure for a tab, after the page",
        asks="customers.view_holding",
    ),
    "customers:own_portfolio": Guard(
        "staff.staffmember",
        "view",
        ("GET",),
        "leads to one's own portfolio",
        asks="customers.portfolio_customer",
    ),
    **{
        f"customers:{name}": Guard("staff.staffmember", "view", ("GET",), reason, asks=action)
        for name, reason, action in (
            (
                "portfolio",
                "adds up a manager's customers within reach",
                "customers.portfolio_customer",
            ),
            (
                "portfolio_branch",
                "compares the managers of a branch",
                "customers.portfolio_customer",
            ),
            (
                "portfolio_changes",
                "compares what a manager's customers have and had",
                "customers.view_holding",
            ),
        )
    },
    "services:desk": Guard(
        "services.servicerequest", "desk", ("GET",), "two lists by time left and what is chosen"
    ),
    "services:kept_rate": Guard(
        "services.promise", "view", ("GET",), "adds up the promises to customers within reach"
    ),
    "customers:holding_transactions": Guard(
        "customers.holding", "view", ("GET",), "bookings are read along one holding alone"
    ),
}
# pages that everybody who is signed in may open, and why
SIGNED_IN = {
    "home": "asks lists as these are asked themselves, or leads to the first page of the user",
    "home_part": "each part asks for its own rights, see tests/sysadmin/test_home.py",
    "palette": "finds customers within reach, and nothing for those who see none",
    "preferences": "one's own theme and density",
    "reminders": "counts one's own reminders, and none for those who see no tasks",
    **dict.fromkeys(
        ("views", "save_view", "change_view", "remove_view", "columns"),
        "about any list; its own right opens them, see tests/core/test_saved_views.py",
    ),
    **dict.fromkeys(
        (
            "sysadmin:notifications",
            "sysadmin:newest_notifications",
            "sysadmin:read_notifications",
            "sysadmin:open_notification",
            "sysadmin:notification_choices",
        ),
        "one's own notifications, see tests/sysadmin/test_notices.py",
    ),
    "sysadmin:heed_announcement": "what is announced to oneself, see tests/sysadmin",
    "account_change_password": "one's own password",
    "account_reauthenticate": "one's own session",
    "mfa_index": "one's own factors",
    "mfa_reauthenticate": "one's own session",
    "mfa_activate_totp": "one's own factors",
    "mfa_deactivate_totp": "one's own factors",
    "mfa_view_recovery_codes": "one's own factors",
    "mfa_generate_recovery_codes": "one's own factors",
    "mfa_download_recovery_codes": "one's own factors",
    "mfa_list_webauthn": "one's own factors",
    "mfa_add_webauthn": "one's own factors",
    "mfa_reauthenticate_webauthn": "one's own session",
    "mfa_remove_webauthn": "one's own factors",
    "mfa_edit_webauthn": "one's own factors",
    "usersessions_list": "one's own sessions",
}
# the administration site asks at its own door, and behind it for the right to see each kind of
# record: tests/sysadmin/test_site.py opens every one of its addresses
SITE = "administration:"
# pages that need no sign-in, and why
PUBLIC = {
    "language": "the sign-in page is read in either language",
    "account_login": "signing in",
    "account_logout": "signing out twice is no fault",
    "account_inactive": "tells a disabled user what to do",
    "mfa_authenticate": "the second step of signing in",
    "health": "a load balancer asks whether the database answers, and learns no more",
    "metrics": "asks for a token of its own, see tests/sysadmin/test_health.py",
    "services:calendar_file": "the address itself is the secret, see tests/services",
}


@dataclass(frozen=True)
class Route:
    """One page of a resource: its address, the action it asks for, the methods it knows."""

    name: str
    resource: Resource
    action: str
    methods: tuple[str, ...]
    parameters: tuple[str, ...]
    view: Any
    is_function: bool = False

    def __str__(self) -> str:
        return self.name

    @property
    def is_panel(self) -> bool:
        """Whether the key in the address is that of a parent."""
        return "field" in self.parameters

    @property
    def parent(self) -> Any:
        """The model on whose page the panel is asked for first."""
        return self.opts.get_field(min(self.resource.panel_fields)).related_model

    @property
    def is_row(self) -> bool:
        """Whether the page is about one row."""
        return "pk" in self.parameters and not self.is_panel

    @property
    def is_record(self) -> bool:
        """Whether the page is the record's own."""
        return isinstance(self.view, type) and issubclass(self.view, DetailPage)

    @property
    def is_list(self) -> bool:
        """Whether the page is the list of the resource."""
        return self.name == self.resource.url_name("list")

    @property
    def is_bulk(self) -> bool:
        """Whether the page is about the rows that were ticked in a list."""
        return isinstance(self.view, type) and issubclass(self.view, BulkPage)

    @property
    def acts(self) -> bool:
        """Whether the page takes a form that changes something, with a key of its own."""
        return isinstance(self.view, type) and issubclass(self.view, ActPage)

    @property
    def transition(self) -> str:
        """The name of the move that the page takes; empty for other pages."""
        is_move = isinstance(self.view, type) and issubclass(self.view, TransitionPage)
        return (
            self.action.partition(".")[2].removesuffix(f"_{self.opts.model_name}")
            if is_move
            else ""
        )

    @property
    def opts(self) -> Any:
        """The model's options."""
        return self.resource.model._meta

    def url(self, **values: Any) -> str:
        """The page's address."""
        return reverse(self.name, kwargs={name: values[name] for name in self.parameters})


@dataclass(frozen=True)
class Pattern:
    """One entry of the URL configuration: its full name, its parameters and what it calls."""

    name: str
    parameters: tuple[str, ...]
    callback: Callable[..., Any]

    def url(self, **values: Any) -> str:
        """The address; a parameter that is not given gets a value that means nothing."""
        given = {
            p: values.get(p, 1 if p in {"pk", "key", "link", "person", "fact"} else "x")
            for p in self.parameters
        }
        return reverse(self.name, kwargs=given)


def patterns(
    resolver: Any = None, names: tuple[str, ...] = (), parameters: tuple[str, ...] = ()
) -> Iterator[Pattern]:
    """Every entry of the URL configuration."""
    for entry in (resolver or get_resolver()).url_patterns:
        further = (*parameters, *entry.pattern.converters)
        if isinstance(entry, URLResolver):
            inner = (entry.namespace,) if entry.namespace else ()
            yield from patterns(entry, (*names, *inner), further)
        else:
            name = ":".join([*names, entry.name or str(entry.pattern)])
            yield Pattern(name, further, entry.callback)


def route_of(entry: Pattern) -> Route | None:
    """The page behind an entry if a resource's action guards it."""
    name, view = entry.name, entry.callback
    if name in GUARDED:
        guard = GUARDED[name]
        resource = BY_LABEL[guard.label]
        action = guard.asks or resource.permission(guard.action)
        return Route(name, resource, action, guard.methods, entry.parameters, view, True)
    page = getattr(view, "view_class", None)
    if page is None or not issubclass(page, Page) or issubclass(page, OfList):
        return None
    shown = page(**view.view_initkwargs)
    methods = tuple(method.upper() for method in ("get", "post") if hasattr(page, method))
    methods += ("HEAD",) if "GET" in methods else ()
    action = shown.resource.permission(shown.action)
    return Route(name, shown.resource, action, methods, entry.parameters, page)


BY_LABEL = {str(resource): resource for resource in RESOURCES}
OF_THE_SITE = {entry.name for entry in patterns() if entry.name.startswith(SITE)}
ROUTES = [route for entry in patterns() if (route := route_of(entry))]
ACTS = [route for route in ROUTES if route.acts]


def routes_of(resource: Resource) -> list[Route]:
    """The pages of one resource, those that stand alone among them."""
    return [route for route in ROUTES if route.resource is resource]
