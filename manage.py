#!/usr/bin/env python3
"""Meridian's commands; the first use makes .venv and carries on inside it."""

import os
import sys


# ruff: noqa: PLC0415, UP031, UP036 - an old Python must get as far as the refusal, and what is
# imported exists only after the set-up.
def main():
    """Refuse an unfit Python, set up what is missing, then hand over to the command."""
    if sys.version_info < (3, 11):
        sys.exit("Meridian needs Python 3.11 or newer; this is Python %s." % sys.version.split()[0])
    from crm import bootstrap

    bootstrap.ensure(sys.argv)
    command = sys.argv[1] if len(sys.argv) > 1 else ""
    if command == "test":
        from crm.ops import testrun

        sys.exit(testrun.run(sys.argv[2:]))
    from crm.ops import installation

    os.environ.update(installation.environment(command))
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "crm.settings")
    from django.core.management import execute_from_command_line
    from django.db import OperationalError, connection

    try:
        execute_from_command_line(sys.argv)
    except OperationalError as error:
        if connection.connection is not None:
            raise
        sys.exit(
            "The database does not answer. Start it first (python3 manage.py demo starts the "
            "demonstration's own), or correct DATABASE_URL.\n%s" % error
        )


if __name__ == "__main__":
    main()
