from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CustomersConfig(AppConfig):
    name = "customers"
    verbose_name = _("Customer information")

    def ready(self) -> None:
        from crm.core import jobs
        from crm.core.approvals import add_veto
        from crm.core.registry import Panel, add_glance, add_panel, add_sweeper
        from crm.core.trail import register_purposes

        from . import assignment, listing, navigation, ties
        from .conflicts.resources import conflict
        from .conflicts.rules import why_not_decide
        from .handover import beside, part
        from .imports import chunks
        from .imports.operations import sweep
        from .purposes import PURPOSES
        from .resources import customer
        from .restrictions.face import AT_A_GLANCE

        register_purposes(PURPOSES)
        for kind in (
            assignment.ASSIGN,
            assignment.GIVE_BACK,
            chunks.CHECK_JOB,
            chunks.IMPORT_JOB,
            listing.REBUILD,
        ):
            jobs.register(kind)
        add_sweeper(sweep)
        for module in (ties, part, beside):
            module.register()
        add_veto(why_not_decide)
        add_panel("staff.branch", Panel(customer, "home_branch"))
        begin_portfolios()
        add_panel("staff.staffmember", Panel(conflict, "member"))
        add_panel("customers.customer", Panel(conflict, "customer", "left"))
        add_glance("customers.customer", AT_A_GLANCE)
        navigation.register()
        begin_timeline()


def begin_portfolios() -> None:
    """Portfolios on the pages of managers, and how they go and what matures on their homes."""
    from crm.core.registry import Panel, add_panel

    from . import home
    from .portfolio.panel import PortfolioPanel
    from .resources import customer

    add_panel("staff.staffmember", PortfolioPanel(customer, "lead_manager"))
    add_panel("staff.staffmember", Panel(customer, "lead_manager"))
    home.register()


def begin_timeline() -> None:
    """Let each operation leave what it has to tell on the timeline of its customer."""
    from crm.core.operations import add_witness

    from .timeline import told
    from .timeline.operations import note

    told.register()
    add_witness(note)
