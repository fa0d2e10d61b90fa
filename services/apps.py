from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ServicesConfig(AppConfig):
    name = "services"
    verbose_name = _("Customer service")

    def ready(self) -> None:
        from . import home, navigation, notices, told

        navigation.register()
        notices.register()
        told.register()
        begin_requests()
        begin_complaints()
        begin_contacts()
        begin_agenda()
        begin_selling()
        home.register()


def begin_requests() -> None:
    """Requests on the pages of customers, in jobs and handovers, and told of changed calendars."""
    from config_admin.models import Calendar
    from config_admin.signals import working_time_changed
    from crm.core import jobs
    from crm.core.registry import Panel, add_panel

    from . import receivers, ties
    from .queues.resources import queue_member
    from .requests import bulk, handing
    from .requests.resources import request

    working_time_changed.connect(receivers.reckon_anew, sender=Calendar)
    jobs.register(bulk.ASSIGN)
    ties.register()
    handing.register()
    add_panel("customers.customer", Panel(request, "customer", adds=_("New request")))
    add_panel("staff.staffmember", Panel(queue_member, "member"))


def begin_complaints() -> None:
    """Complaints on the pages of customers, in handovers, and who may not decide about them."""
    from crm.core.approvals import add_veto
    from crm.core.registry import Panel, add_panel

    from .complaints import handover, ties
    from .complaints.resources import complaint
    from .complaints.rules import why_not_decide

    add_panel("customers.customer", Panel(complaint, "customer", adds=_("Receive a complaint")))
    add_veto(why_not_decide)
    handover.register()
    ties.register()


def begin_contacts() -> None:
    """Contacts and promises, wherever customers are shown or handed over."""
    from .contacts import begin
    from .promises import part

    begin.register()
    part.register()


def begin_agenda() -> None:
    """Tasks and appointments on the pages of customers, and in handovers."""
    from crm.core.registry import Panel, add_panel

    from .agenda import part as tasks_handed
    from .agenda.resources import task
    from .appointments import part as appointments_handed
    from .appointments.resources import appointment

    tasks = Panel(task, "customer", "right", _("Open tasks"), adds=_("New task"), key="t")
    add_panel("customers.customer", tasks)
    booked = Panel(appointment, "customer", "right", adds=_("Book an appointment"), key="b")
    add_panel("customers.customer", booked)
    tasks_handed.register()
    appointments_handed.register()


def begin_selling() -> None:
    """Opportunities and referrals on the pages of customers, in handovers, and when they expire."""
    from crm.core.registry import Panel, add_panel, add_sweeper

    from .opportunities import handing as opportunities_handed
    from .opportunities.resources import opportunity
    from .referrals import handing as referrals_handed
    from .referrals.operations import expire
    from .referrals.resources import referral

    opportunities_handed.register()
    referrals_handed.register()
    add_panel(
        "customers.customer", Panel(opportunity, "customer", "left", adds=_("New opportunity"))
    )
    add_panel("customers.customer", Panel(referral, "customer", "left", adds=_("New referral")))
    add_sweeper(expire)
