"""The currencies in which the bank keeps accounts."""

CURRENCIES = (
    "AED", "AUD", "CAD", "CHF", "CNY", "DKK", "EUR", "GBP", "HKD", "JPY", "KRW", "MOP", "MYR",
    "NOK", "NZD", "RUB", "SAR", "SEK", "SGD", "THB", "TWD", "USD", "VND", "ZAR",
)  # fmt: skip
