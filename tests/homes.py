"""What a home shows, as those read it who test it: figures, things to do, and parts."""

from __future__ import annotations

import re

TILE = re.compile(
    r'<a class="tile" href="([^"]+)">\s*<span class="k">([^<]+)</span>\s*<span [^>]+>([\d,]+)'
)
CELL = re.compile(r'<td class="r num"><a href="([^"]+)">([\d,]+)</a>')
PART = re.compile(r'hx-get="(/home/[^"]+)"')
HTMX = {"HX-Request": "true"}


def plain(address):
    """An address as a browser follows it."""
    return address.replace("&amp;", "&")


def number(text):
    """A number as pages write it."""
    return int(text.replace(",", ""))


def figures(client):
    """Label, number and address of each figure on the home."""
    page = client.get("/").content.decode()
    return {label: (number(n), plain(address)) for address, label, n in TILE.findall(page)}


def to_do(client):
    """What the list of today says, from the top: label, when, and about whom."""
    items = client.get("/").context["today"].items
    return [(str(item.todo.label), item.when, item.subject) for item in items]


def parts(client):
    """The markup of each part of the home, by its address."""
    found = PART.findall(client.get("/").content.decode())
    return {at: client.get(at, headers=HTMX).content.decode() for at in found}


def cells(part):
    """Number and address of each figure in the table of a chart."""
    return [(number(n), plain(address)) for address, n in CELL.findall(part)]


def rows_at(client, address):
    """How many rows the list at an address holds."""
    answer = client.get(address)
    assert answer.status_code == 200, address
    return len(answer.context["table"].rows)
