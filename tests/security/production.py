"""Asks the product with the settings of an installation; prints what it answers, as JSON.

Started as a process of its own, as cookies and headers follow from the environment.
"""

import json
import sys
from pathlib import Path

import django
from django.conf import settings
from django.core.management import call_command
from django.db import transaction
from django.test import Client


def ask(client, method, path, **options):
    answer = getattr(client, method)(path, **options)
    cookies = {name: str(morsel.OutputString()) for name, morsel in answer.cookies.items()}
    return {"status": answer.status_code, "headers": dict(answer.headers), "cookies": cookies}


def signed_in(user):
    client = Client(raise_request_exception=False)
    return {
        "sign in": ask(
            client,
            "post",
            "/account/login/",
            data={"login": user.username, "password": "a long enough phrase"},
            secure=True,
        ),
        "home": ask(client, "get", "/", secure=True),
        "sign out": ask(client, "post", "/account/logout/", secure=True),
    }


def main():
    django.setup()
    from tests.factories import UserFactory  # noqa: PLC0415 - it needs the settings

    settings.ALLOWED_HOSTS += ["testserver"]
    call_command("collectstatic", interactive=False, verbosity=0)
    client = Client(raise_request_exception=False)
    found = {
        "plain": ask(client, "get", "/account/login/"),
        "login": ask(client, "get", "/account/login/", secure=True),
        "missing": ask(client, "get", "/nowhere/", secure=True),
        "odd": ask(client, "put", "/", secure=True),
        "foreign host": ask(client, "get", "/", headers={"host": "evil.example"}, secure=True),
        "foreign host, plain": ask(client, "get", "/", headers={"host": "evil.example"}),
        "debug": settings.DEBUG,
    }
    from django.contrib.staticfiles.storage import staticfiles_storage  # noqa: PLC0415

    address = staticfiles_storage.url("crm.css")
    found["address"] = address
    found["file"] = ask(client, "get", address, secure=True)
    found["missing file"] = ask(client, "get", "/static/nothing.css", secure=True)
    found["listing"] = ask(client, "get", "/static/", secure=True)
    with transaction.atomic():
        found |= signed_in(UserFactory())
        transaction.set_rollback(True)
    sys.stdout.write(json.dumps(found))


if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
    main()
