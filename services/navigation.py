"""The entries of this module in the main navigation."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from crm.core.navigation import NavItem, register_item


def register() -> None:
    """Register the entries; called once, when the app is ready."""
    register_item(
        NavItem(
            label=_("Service desk"),
            icon="headset",
            url_name="services:desk",
            action="services.desk_servicerequest",
            order=90,
        )
    )
    register_item(
        NavItem(
            label=_("Tasks"),
            icon="list-todo",
            url_name="services:agenda",
            action="services.view_task",
            order=102,
            key="t",
        )
    )
    register_item(
        NavItem(
            label=_("Requests"),
            icon="inbox",
            url_name="services:servicerequest_list",
            action="services.view_servicerequest",
            order=130,
            key="s",
        )
    )
    register_item(
        NavItem(
            label=_("Contacts"),
            icon="messages-square",
            url_name="services:contact_list",
            action="services.view_contact",
            order=140,
            key="i",
        )
    )
    register_item(
        NavItem(
            label=_("Promises"),
            icon="handshake",
            url_name="services:promise_list",
            action="services.view_promise",
            order=142,
        )
    )
    register_item(
        NavItem(
            label=_("Members of queues"),
            icon="users",
            url_name="services:queuemember_list",
            action="services.view_queuemember",
            group=_("Organisation"),
            order=550,
        )
    )
    register_item(
        NavItem(
            label=_("Complaints"),
            icon="message-square-warning",
            url_name="services:complaint_list",
            action="services.view_complaint",
            order=220,
        )
    )
    register_item(
        NavItem(
            label=_("Opportunities"),
            icon="target",
            url_name="services:opportunity_list",
            action="services.view_opportunity",
            order=115,
            key="o",
        )
    )
    register_item(
        NavItem(
            label=_("Appointments"),
            icon="calendar-days",
            url_name="services:appointment_list",
            action="services.view_appointment",
            order=103,
        )
    )
    register_item(
        NavItem(
            label=_("Referrals"),
            icon="forward",
            url_name="services:referral_list",
            action="services.view_referral",
            order=116,
        )
    )
    register_item(
        NavItem(
            label=_("Opportunity stages"),
            icon="kanban",
            url_name="services:opportunitystage_list",
            # those who sell see the stages on their board; the list is for those who keep it
            action="services.change_opportunitystage",
            group=_("Configuration"),
            order=735,
        )
    )
