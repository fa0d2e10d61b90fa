"""Files of the bank's other systems on their way in: holdings, parties, balances, transactions."""
