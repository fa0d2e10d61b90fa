"""The entries of this module in the main navigation."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from crm.core.navigation import NavItem, register_item


def register() -> None:
    """Register the entries; called once, when the app is ready."""
    register_item(
        NavItem(
            label=_("Screening"),
            icon="scan-search",
            url_name="risk:screeninghit_list",
            action="risk.view_screeninghit",
            order=230,
        )
    )
    register_item(
        NavItem(
            label=_("Watchlists"),
            icon="list-x",
            url_name="risk:watchlist_list",
            action="risk.view_watchlist",
            order=232,
        )
    )
    register_item(
        NavItem(
            label=_("Alert cases"),
            icon="siren",
            url_name="risk:alertcase_list",
            action="risk.view_alertcase",
            order=234,
        )
    )
    register_item(
        NavItem(
            label=_("Risk classification"),
            icon="scale",
            url_name="risk:claim_list",
            action="risk.view_claim",
            order=236,
        )
    )
    register_item(
        NavItem(
            label=_("Due diligence"),
            icon="shield-question-mark",
            url_name="risk:diligence_list",
            action="risk.view_diligence",
            order=238,
        )
    )
    register_item(
        NavItem(
            label=_("Factors of due diligence"),
            icon="sliders-horizontal",
            url_name="risk:diligenceband_list",
            action="risk.view_diligenceband",
            order=239,
        )
    )
    register_item(
        NavItem(
            label=_("Levels of due diligence"),
            icon="signal",
            url_name="risk:diligencelevel_list",
            action="risk.view_diligencelevel",
            order=240,
        )
    )
