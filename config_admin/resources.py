"""Pages of this module."""

from .calendars.resources import RESOURCES as CALENDARS
from .dictionaries.resources import RESOURCES as DICTIONARIES
from .products.resources import RESOURCES as PRODUCTS

RESOURCES = (*PRODUCTS, *CALENDARS, *DICTIONARIES)
