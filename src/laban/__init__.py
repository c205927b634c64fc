"""Laban: a KPI is a function from facts and a period to a number."""

__version__ = "0.1.0"
