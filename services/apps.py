from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ServicesConfig(AppConfig):
    name = "services"
    verbose_name = _("Customer service")

    def ready(self) -> None:
        from . import navigation
        from .contacts import begin as contacts
        from .promises import part as promises

        contacts.register()
        promises.register()
        navigation.register()
