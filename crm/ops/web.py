"""How gunicorn serves Meridian."""

import os
from pathlib import Path

from gunicorn.http import wsgi

from crm.ops.installation import DEFAULT_HOST, DEFAULT_PORT

os.environ.setdefault("CRM_STATEMENT_TIMEOUT_MS", "15000")
bind = "{}:{}".format(os.environ.get("HOST", DEFAULT_HOST), os.environ.get("PORT", DEFAULT_PORT))
worker_class = "gthread"
workers = int(os.environ.get("CRM_WEB_WORKERS", "2"))
threads = int(os.environ.get("CRM_WEB_THREADS", "4"))
timeout = 60
graceful_timeout = 5
keepalive = 5
# No header of a client decides who it is or how it came; settings name the proxy's header.
forwarded_allow_ips = ""
limit_request_line = 4094
limit_request_fields = 60
limit_request_field_size = 8190
control_socket_disable = True
loglevel = "warning"
preload_app = True  # the workers share the memory of what is loaded before they part
if Path("/dev/shm").is_dir():  # noqa: S108 - the workers' heartbeat must not wait for a disk
    worker_tmp_dir = "/dev/shm"  # noqa: S108


class NamelessResponse(wsgi.Response):  # type: ignore[misc]
    """An answer that does not say which server gave it."""

    def default_headers(self) -> list[str]:
        """The stock headers without the server's name."""
        headers: list[str] = super().default_headers()
        return [header for header in headers if not header.startswith("Server:")]


def post_worker_init(_worker: object) -> None:
    """Let each worker answer namelessly."""
    wsgi.Response = NamelessResponse
