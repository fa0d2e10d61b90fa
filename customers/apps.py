from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CustomersConfig(AppConfig):
    name = "customers"
    verbose_name = _("Customer information")

    def ready(self) -> None:
        from crm.core import jobs
        from crm.core.navigation import NavItem, register_item
        from crm.core.registry import Panel, add_panel, add_sweeper
        from crm.core.trail import register_purposes

        from . import assignment, listing, ties
        from .handover import part
        from .imports import chunks
        from .imports.operations import sweep
        from .portfolio.panel import PortfolioPanel
        from .purposes import PURPOSES
        from .resources import customer

        register_purposes(PURPOSES)
        jobs.register(assignment.ASSIGN)
        jobs.register(assignment.GIVE_BACK)
        jobs.register(chunks.CHECK_JOB)
        jobs.register(chunks.IMPORT_JOB)
        add_sweeper(sweep)
        jobs.register(listing.REBUILD)
        ties.register()
        part.register()
        add_panel("staff.branch", Panel(customer, "home_branch"))
        add_panel("staff.staffmember", PortfolioPanel(customer, "lead_manager"))
        add_panel("staff.staffmember", Panel(customer, "lead_manager"))
        register_item(
            NavItem(
                label=_("Customers"),
                icon="users-round",
                url_name="customers:customer_list",
                action="customers.view_customer",
                order=100,
                key="c",
            )
        )
        register_item(
            NavItem(
                label=_("My portfolio"),
                icon="briefcase-business",
                url_name="customers:own_portfolio",
                action="customers.portfolio_customer",
                order=105,
                key="p",
            )
        )
        register_item(
            NavItem(
                label=_("Holdings"),
                icon="wallet-cards",
                url_name="customers:holding_list",
                action="customers.view_holding",
                order=110,
            )
        )
        register_item(
            NavItem(
                label=_("Imports"),
                icon="file-up",
                url_name="customers:importrun_list",
                action="customers.view_importrun",
                order=120,
            )
        )
