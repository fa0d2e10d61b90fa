"""Where sessions rest: in the framework's table, read and written by plain statements."""

from __future__ import annotations

from typing import Any

from django.contrib.sessions.backends import db
from django.contrib.sessions.backends.base import UpdateError
from django.db import connection
from django.utils import timezone


class SessionStore(db.SessionStore):
    """The framework's sessions; every request reads one, so no model stands between."""

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

    def save(self, must_create: bool = False) -> None:  # noqa: FBT001, FBT002 - the framework's
        """Keep what the session holds; one that was ended meanwhile is not begun again."""
        if must_create or self.session_key is None:
            super().save(must_create)
            return
        held = self.encode(dict(self.items()))
        with connection.cursor() as cursor:
            cursor.execute(
                "update django_session set session_data = %s, expire_date = %s"
                " where session_key = %s",
                [held, self.get_expiry_date(), self.session_key],
            )
            if not cursor.rowcount:
                raise UpdateError
