"""What members of staff can do beyond their post, as services ask for it."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Skill(models.TextChoices):
    """Something that not everybody who works a queue can do."""

    ENGLISH = "english", _("English")
    CANTONESE = "cantonese", _("Cantonese")
    SIGN_LANGUAGE = "sign_language", _("Sign language")
    PRIVATE_BANKING = "private_banking", _("Private banking")
    TRADE_FINANCE = "trade_finance", _("Trade finance")
    SUPPLY_CHAIN = "supply_chain", _("Supply-chain finance")
    RURAL = "rural", _("Farming and villages")
    ELDERLY = "elderly", _("Care for elderly customers")
