"""Figures that the bank sets: rates of currencies by date, and parameters with their history."""
