"""Where sessions rest: in the framework's table, read by one plain statement."""

from __future__ import annotations

from typing import Any

from django.contrib.sessions.backends import db
from django.db import connection
from django.utils import timezone


class SessionStore(db.SessionStore):
    """The framework's sessions; every request reads one, so it is read without a model."""

    def load(self) -> dict[str, Any]:
        """What the session holds; nothing, and no key, if it is unknown or over."""
        with connection.cursor() as cursor:
            cursor.execute(
                "select session_data from django_session"
                " where session_key = %s and expire_date > %s",
                [self.session_key, timezone.now()],
            )
            row = cursor.fetchone()
        if row is None:
            self._session_key = None
            return {}
        held: dict[str, Any] = self.decode(row[0])
        return held
