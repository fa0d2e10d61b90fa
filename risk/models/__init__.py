"""What this module keeps."""

from .cases import Alert, AlertCase, CaseProposal, CaseQuestion, Family, Level
from .claims import NON_PERFORMING, Claim, Classification, RiskClass
from .diligence import Diligence, DiligenceBand, DiligenceLevel
from .hits import ScreenedCustomer, ScreenedPerson, ScreeningHit
from .watchlists import CrowdedKey, ListedName, Watchlist, WatchlistEntry, WatchlistVersion

__all__ = [
    "NON_PERFORMING",
    "Alert",
    "AlertCase",
    "CaseProposal",
    "CaseQuestion",
    "Claim",
    "Classification",
    "CrowdedKey",
    "Diligence",
    "DiligenceBand",
    "DiligenceLevel",
    "Family",
    "Level",
    "ListedName",
    "RiskClass",
    "ScreenedCustomer",
    "ScreenedPerson",
    "ScreeningHit",
    "Watchlist",
    "WatchlistEntry",
    "WatchlistVersion",
]
