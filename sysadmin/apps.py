from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class SysadminConfig(AppConfig):
    name = "sysadmin"
    verbose_name = _("System management")

    def ready(self) -> None:
        from allauth.account.signals import user_logged_in as signed_in
        from allauth.mfa.signals import (
            authentication_failed,
            authenticator_added,
            authenticator_removed,
            authenticator_reset,
        )
        from django.contrib.auth.signals import user_logged_out as signed_out

        from crm.core.frame import add_piece
        from crm.core.trail import register_purposes

        from . import classification, home, navigation, receivers, site
        from .announcements.views import strip
        from .notices import told
        from .notices.views import badge
        from .why.views import PURPOSE as WHY

        signed_in.connect(receivers.signed_in, dispatch_uid="sysadmin.signed_in")
        signed_out.connect(receivers.signed_out, dispatch_uid="sysadmin.signed_out")
        authentication_failed.connect(
            receivers.factor_failed, dispatch_uid="sysadmin.factor_failed"
        )
        for change in (authenticator_added, authenticator_removed, authenticator_reset):
            change.connect(receivers.factor_changed, dispatch_uid="sysadmin.factor_changed")
        navigation.register()
        home.register()
        register_purposes(
            {site.PURPOSE: _("Administration site"), WHY: _("Why somebody can or cannot")}
        )
        classification.register()
        told.register()
        add_piece("unread", badge)
        add_piece("announcements", strip)
