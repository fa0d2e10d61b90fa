"""What this module tells those above it, within the transaction that does it."""

from django.dispatch import Signal

# the working time of a calendar is another one from now on: calendar
working_time_changed = Signal()
