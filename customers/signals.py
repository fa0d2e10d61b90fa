"""What happens to customers that other modules may follow or veto."""

from django.dispatch import Signal

# sent inside the transaction; a receiver that raises DomainError undoes everything
customer_registered = Signal()
customer_changed = Signal()
# who stands behind or beside a customer: a link entered or ended
links_changed = Signal()
# somebody behind a customer who is none: what is known of them
person_corrected = Signal()
# many at once, in one statement: carries their keys
lead_managers_changed = Signal()
# many at once from a file, new ones or such as the file says otherwise: carries their keys
customers_loaded = Signal()
