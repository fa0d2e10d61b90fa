"""`manage.py translations`: renew the catalogue of Chinese texts from the sources.

Needs GNU gettext, on a developer's machine alone: the compiled catalogue is delivered with the
program.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.core.management.commands import makemessages
from django.utils.translation import gettext_noop as _
from django.utils.translation import ngettext_lazy

LOCALE = "zh_Hans"
CATALOGUE = Path(settings.LOCALE_PATHS[0]) / LOCALE / "LC_MESSAGES" / "django.po"
ELSEWHERE = [".venv", ".data", ".tmp", "tests", "staticfiles"]
# dates, tools and persons would change with every run and tell a reader nothing
HEADER = """\
# The texts of Meridian in Simplified Chinese.
# This file is distributed under the licence of Meridian.
msgid ""
msgstr ""
"Project-Id-Version: Meridian\\n"
"Language: zh_Hans\\n"
"MIME-Version: 1.0\\n"
"Content-Type: text/plain; charset=UTF-8\\n"
"Content-Transfer-Encoding: 8bit\\n"
"Plural-Forms: nplurals=1; plural=0;\\n"
"""

# What libraries say on our pages, where their own Chinese is missing, wrong or not a bank's.
BORROWED = (
    # Django
    _("This field is required."),
    _("Enter a valid date."),
    _("Enter a valid value."),
    _("Enter a list of values."),
    _("Select a valid choice. That choice is not one of the available choices."),
    _("Select a valid choice. %(value)s is not one of the available choices."),
    _("Null characters are not allowed."),
    _("Enter a whole number."),
    _("Enter a number."),
    _("Ensure this value is less than or equal to %(limit_value)s."),
    _("Ensure this value is greater than or equal to %(limit_value)s."),
    ngettext_lazy(
        "Ensure this value has at most %(limit_value)d character (it has %(show_value)d).",
        "Ensure this value has at most %(limit_value)d characters (it has %(show_value)d).",
        "limit_value",
    ),
    _("This field cannot be null."),
    _("This field cannot be blank."),
    _("Constraint “%(name)s” is violated."),
    _("%(model_name)s with this %(field_label)s already exists."),
    _("This password is too common."),
    _("The password is too similar to the %(verbose_name)s."),
    ngettext_lazy(
        "This password is too short. It must contain at least %(min_length)d character.",
        "This password is too short. It must contain at least %(min_length)d characters.",
        "min_length",
    ),
    ngettext_lazy(
        "Your password must contain at least %(min_length)d character.",
        "Your password must contain at least %(min_length)d characters.",
        "min_length",
    ),
    _("Your password can’t be too similar to your other personal information."),
    _("Your password can’t be a commonly used password."),
    _("Unknown"),
    # django-allauth
    _("Successfully signed in as %(name)s."),
    _("You have signed out."),
    _("Password successfully changed."),
    _("Username"),
    _("Current Password"),
    _("New Password"),
    _("New Password (again)"),
    _("You must type the same password each time."),
    _("This account is currently inactive."),
    _("The username and/or password you specified are not correct."),
    _("Too many failed login attempts. Try again later."),
    _("Please type your current password."),
    _("Incorrect password."),
    _("Incorrect code."),
    _("Code"),
    _("Authenticator code"),
    _("Use your password"),
    _("Use authenticator app or code"),
    _("Master key"),
    _("Backup key"),
    _("Key nr. {number}"),
    _("You cannot deactivate two-factor authentication."),
    _("You cannot generate recovery codes without having two-factor authentication enabled."),
    _("A new set of recovery codes has been generated."),
    _("Authenticator app activated."),
    _("Authenticator app deactivated."),
    _("Security key added."),
    _("Security key removed."),
    _("Signed out of all other sessions."),
    # django-filter
    _("Range query expects two values."),
    # django-countries
    _("American Samoa"),
    _("Aruba"),
    _("Bahamas"),
    _("Bosnia and Herzegovina"),
    _("Botswana"),
    _("Cocos (Keeling) Islands"),
    _("Comoros"),
    _("Congo"),
    _("Democratic Republic of the Congo"),
    _("French Guiana"),
    _("Guernsey"),
    _("Hong Kong"),
    _("Kyrgyzstan"),
    _("Liberia"),
    _("Macao"),
    _("Mali"),
    _("Nepal"),
    _("North Macedonia"),
    _("Pitcairn"),
    _("Réunion"),
    _("Samoa"),
    _("Suriname"),
    _("Svalbard and Jan Mayen"),
    _("Taiwan"),
    _("Tajikistan"),
    _("Tokelau"),
    _("Trinidad and Tobago"),
    _("United States Minor Outlying Islands"),
)


class Collect(makemessages.Command):
    """Collects texts without guessing: a guess is a wrong sentence that looks finished."""

    msgmerge_options = [*makemessages.Command.msgmerge_options, "--no-fuzzy-matching"]


class Command(BaseCommand):
    """Collect the texts, keep what is translated, and compile the catalogue."""

    help = "Renews the catalogue of Chinese texts and says what is left to translate."

    def handle(self, **options: Any) -> None:
        """Renew and compile; a text without its translation is named and is an error."""
        call_command(
            Collect(),
            locale=[LOCALE],
            add_location="file",
            no_obsolete=True,
            no_wrap=True,
            ignore_patterns=ELSEWHERE,
            verbosity=0,
        )
        catalogue = with_our_header(CATALOGUE.read_text(encoding="utf-8"))
        CATALOGUE.write_text(catalogue, encoding="utf-8")
        call_command("compilemessages", locale=[LOCALE], ignore_patterns=ELSEWHERE, verbosity=0)
        if left := unfinished(catalogue):
            raise CommandError("Translate or check these texts:\n" + "\n".join(left))
        self.stdout.write(f"{catalogue.count('msgid ') - 1} texts, all translated.")


def with_our_header(catalogue: str) -> str:
    """The catalogue under the header that never changes."""
    _old, _gap, entries = catalogue.partition("\n\n")
    return f"{HEADER}\n{entries}"


def unfinished(catalogue: str) -> list[str]:
    """The texts without a translation, and those whose translation was only guessed."""
    found = []
    for entry in catalogue.split("\n\n")[1:]:
        # a long translation begins on the line after an empty one
        is_empty = re.search(r'^msgstr(\[\d\])? ""\s*(?!\n")$', entry, re.MULTILINE)
        is_guessed = re.search(r"^#,.*\bfuzzy\b", entry, re.MULTILINE)
        if is_empty or is_guessed:
            found += re.findall(r"^msgid .*$", entry, re.MULTILINE)
    return found
