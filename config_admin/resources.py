"""Pages of this module."""

from .calendars.resources import RESOURCES as CALENDARS
from .dictionaries.resources import RESOURCES as DICTIONARIES
from .figures.resources import RESOURCES as FIGURES
from .products.resources import RESOURCES as PRODUCTS
from .services.resources import RESOURCES as SERVICES

RESOURCES = (*PRODUCTS, *SERVICES, *CALENDARS, *DICTIONARIES, *FIGURES)
