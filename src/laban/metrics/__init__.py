"""The KPI catalogue and its compiler: from a question to numbers."""
