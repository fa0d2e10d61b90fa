"""What every page needs around its content: navigation, appearance, who is signed in."""

from dataclasses import dataclass
from functools import cache
from typing import Any

from django.conf import settings
from django.core.handlers.wsgi import WSGIRequest
from django.urls import NoReverseMatch, reverse
from django.utils.html import json_script
from django.utils.safestring import SafeString
from django.utils.translation import get_language, override, to_locale
from django.utils.translation import gettext_lazy as _

from crm.core.frame import Frame

THEMES = ("light", "dark")
DENSITIES = ("compact", "comfortable")
# What the shell links to; a page an installation leaves out gets no link.
LINKS = {
    "home": "home",
    "language": "language",
    "preferences": "preferences",
    "palette": "palette",
    "reminders": "reminders",
    "notifications": "sysadmin:notifications",
    "newest_notifications": "sysadmin:newest_notifications",
    "notification_choices": "sysadmin:notification_choices",
    "login": "account_login",
    "logout": "account_logout",
    "password": "account_change_password",
    "second_factor": "mfa_index",
    "sessions": "usersessions_list",
}
# What crm.js says; it has no words of its own.
TEXTS = {
    "saved": _("Saved."),
    "undo": _("Undo"),
    "undone": _("Undone."),
    "dismiss": _("Dismiss"),
    "copied": _("Copied."),
    "copy_failed": _("The browser did not allow copying. Select the text and press Ctrl C."),
    "masked": _("The value is hidden again."),
    "selected": _("%(count)s selected."),
    "all_matching": _("All matching rows are selected."),
    "retry": _("Try again"),
    "reference": _("Reference: %(id)s"),
    "offline": _("The server could not be reached. What you typed is still here."),
    "failed": _("Something went wrong on our side. What you typed is still here."),
    "signed_out": _(
        "You were signed out. Sign in again in a new tab, then come back and try again. "
        "What you typed is still here."
    ),
    "sign_in": _("Sign in"),
    "status_400": _("The request could not be understood. Reload the page and try again."),
    "status_403": _(
        "You are not allowed to do this. A system administrator can grant you the right."
    ),
    "status_404": _("This does not exist, or it is outside the part of the bank you work in."),
    "status_409": _("This has changed in the meantime. Reload the page to see how."),
    "status_413": _("The file is too large. Choose a smaller one."),
    "status_429": _("Too many requests in a short time. Wait a minute, then try again."),
    "leave": _("You have not saved what you typed. Discard it?"),
    "keep": _("Keep editing"),
    "discard": _("Discard"),
    "sure": _("Continue?"),
    "cancel": _("Cancel"),
    "continue": _("Continue"),
    "pages": _("Go to"),
    "actions": _("Actions on this page"),
    "most_ticked": _(
        "Only %(count)s rows can be ticked one by one. Choose all that match instead."
    ),
    "results": _("%(count)s results."),
    "no_result": _("Nothing found. Try another word."),
}


@dataclass(frozen=True)
class Appearance:
    """How pages look to a user, and in which language; `keys`: single keys do something."""

    language: str
    theme: str = THEMES[0]
    density: str = DENSITIES[0]
    keys: bool = True

    @classmethod
    def of(cls, theme: str, density: str = "", *, keys: bool = True) -> "Appearance":
        """Known values alone, as cookies can hold anything."""
        return cls(
            get_language() or settings.LANGUAGE_CODE,
            theme if theme in THEMES else THEMES[0],
            density if density in DENSITIES else DENSITIES[0],
            keys,
        )

    @property
    def other_theme(self) -> str:
        """The theme that the switch leads to."""
        return THEMES[1 - THEMES.index(self.theme)]

    @property
    def other_density(self) -> str:
        """The density that the switch leads to."""
        return DENSITIES[1 - DENSITIES.index(self.density)]

    @property
    def lang(self) -> str:
        """The language as the attribute of <html> spells it: en and zh-Hans."""
        return to_locale(self.language).replace("_", "-")

    @property
    def urls(self) -> dict[str, str]:
        """What the shell links to."""
        return _links()

    @property
    def texts(self) -> SafeString:
        """The words of crm.js."""
        return _texts(self.language)


def shell(request: WSGIRequest) -> dict[str, Any]:
    """The frame of a page; a visitor who is not signed in gets its appearance alone."""
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        user, ui = None, Appearance.of(request.COOKIES.get("crm_theme", ""))
    else:
        # single keys can be switched off by those whom they disturb
        ui = Appearance.of(user.theme, user.density, keys=bool(getattr(user, "single_keys", True)))
    demo = bool(getattr(settings, "DEMO", False))
    frame = Frame(request, user, ui, demo=demo)
    return {"ui": ui, "demo": demo, "second_factor": settings.SECOND_FACTOR, "frame": frame}


@cache
def _links() -> dict[str, str]:
    return {key: _address(name) for key, name in LINKS.items()}


def _address(url_name: str) -> str:
    try:
        return reverse(url_name)
    except NoReverseMatch:
        return ""


@cache
def _texts(language: str) -> SafeString:
    """The words of crm.js in the language of the page, as a block of data."""
    with override(language):
        return json_script(TEXTS, "crm-texts")
