from django.apps import AppConfig
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


def install_audit(using: str, **_kwargs: object) -> None:
    """After any migration, audit new tables and give the application its rights."""
    from .audit import install

    if using == "default":
        install()


class CoreConfig(AppConfig):
    name = "crm.core"
    label = "core"
    verbose_name = _("Approvals, jobs and trails")

    def ready(self) -> None:
        from django.apps import apps

        # for every bound without words of its own
        MinValueValidator.message = _("Enter %(limit_value)s or more.")
        MaxValueValidator.message = _("Enter %(limit_value)s or less.")
        # once, when the last app has migrated
        last = list(apps.get_app_configs())[-1]
        post_migrate.connect(install_audit, sender=last, dispatch_uid="core.install_audit")
