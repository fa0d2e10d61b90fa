"""The bank's addresses, and one page that fails."""

from django.urls import path

from crm.urls import handler400, handler403, handler404, handler500, urlpatterns

__all__ = ["handler400", "handler403", "handler404", "handler500", "urlpatterns"]
SECRET = "13800001111 of a customer"


def broken(request):
    """A page that fails while it holds a customer's number."""
    number = SECRET
    raise RuntimeError(number)


urlpatterns = [*urlpatterns, path("broken/", broken)]
